"""Shadows: they see the same requests, and their answers reach nobody."""

import numpy
from rollout_kit import linear, publish, samples, slow, total, until

STABLE = {"stable": {"version": 1}}


def shadow(percent=100, version=2, **more) -> dict:
    return STABLE | {"shadows": [{"version": version, "percent": percent} | more]}


def ran(cluster, version: str) -> float:
    return total(
        cluster.pod,
        "vigie_model_request_duration_seconds_count",
        arm="shadow",
        version=version,
    )


def test_a_shadow_is_asked_too_and_never_reaches_the_caller(cluster):
    cluster.rollouts.write(shadow())
    cluster.start()
    for index in range(200):
        answer = cluster.caller.ask((index, 0))
        assert answer.value == index + 1
        assert (answer.version, answer.arm) == ("1", "stable")
    until(lambda: ran(cluster, "2") == 200, what="the shadow's last answer")
    assert total(cluster.pod, "vigie_shadow_requests_total", version="2") == 200
    assert total(cluster.pod, "vigie_shadow_dropped_total") == 0
    assert total(cluster.pod, "vigie_shadow_queue") == 0


def test_a_shadow_takes_the_share_that_it_is_given(cluster):
    cluster.rollouts.write(shadow(percent=20))
    cluster.start()
    calls = 3000
    cluster.caller.ask_many(calls)
    offered = total(cluster.pod, "vigie_shadow_requests_total", version="2")
    assert abs(offered / calls - 0.2) < 6 * (0.2 * 0.8 / calls) ** 0.5


def test_what_a_slow_shadow_cannot_take_is_dropped_and_counted(cluster):
    publish(cluster.registry, 3, slow())
    cluster.rollouts.write(shadow(version=3, queue=8))
    cluster.start()
    for index in range(300):
        assert cluster.caller.ask((index, 0)).value == index + 1
    assert total(cluster.pod, "vigie_shadow_dropped_total", version="3", reason="full") > 100
    assert total(cluster.pod, "vigie_shadow_queue", version="3") <= 8


def test_a_shadow_that_is_not_loaded_is_counted(cluster):
    cluster.rollouts.write(shadow(version=9))
    cluster.start()
    for _ in range(10):
        cluster.caller.ask()
    dropped = total(cluster.pod, "vigie_shadow_dropped_total", version="9", reason="not_loaded")
    assert dropped == 10
    publish(cluster.registry, 9, linear((1, 0), 9))
    until(lambda: cluster.caller.ask() and ran(cluster, "9") > 0, what="version 9")


def test_shadows_of_requests_that_workers_answer(cluster):
    cluster.rollouts.write(shadow())
    cluster.start("--workers", 1, "--inline-cost-max", "1us")
    for index in range(50):
        assert cluster.caller.ask((index, 0)).value == index + 1
    until(lambda: ran(cluster, "2") == 50, what="the shadow's last answer")


def test_shadows_of_a_stream(cluster):
    cluster.rollouts.write(shadow())
    cluster.start()
    requests = [cluster.caller.request((index, 0)) for index in range(50)]
    answers = list(cluster.caller.stub.ModelStreamInfer(iter(requests), timeout=30))
    values = [numpy.frombuffer(a.infer_response.raw_output_contents[0], "<f4")[0] for a in answers]
    assert values == [index + 1 for index in range(50)]
    until(lambda: ran(cluster, "2") == 50, what="the shadow's last answer")


def test_a_shadow_that_fails_is_counted_and_nobody_notices(cluster):
    publish(cluster.registry, 3, linear((1, 0), 3), name="other")
    # Its input has another name, so that none of the requests is one for it.
    import onnx.helper as oh
    from onnx import TensorProto

    graph = oh.make_graph(
        [oh.make_node("Identity", ["z"], ["y"])],
        "g",
        [oh.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 2])],
        [oh.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [],
    )
    model = oh.make_model(graph, opset_imports=[oh.make_opsetid("", 17)], ir_version=8)
    publish(cluster.registry, 5, model.SerializeToString())
    cluster.rollouts.write(shadow(version=5))
    cluster.start()
    for index in range(20):
        assert cluster.caller.ask((index, 0)).value == index + 1
    until(
        lambda: total(cluster.pod, "vigie_shadow_failures_total", version="5") == 20,
        what="the shadow's failures",
    )
    assert samples(cluster.pod, "vigie_model_failures_total")
