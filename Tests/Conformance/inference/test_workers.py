"""Dear requests over the wire: workers, dynamic batching, deadlines, overflow, large batches.

The fixture server has two workers, and 24 requests of a model may wait. Its slow models answer a row
(a, b) with 1 + 2a + 3b.
"""

import contextlib
import threading
import time

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from harness import DEMO, Pod
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc


@pytest.fixture
def stub(server):
    with grpc.insecure_channel(
        server.address, options=[("grpc.max_receive_message_length", -1)]
    ) as channel:
        yield service_pb2_grpc.GRPCInferenceServiceStub(channel)


def request(model, rows, name="input", datatype="FP64", request_id=""):
    rows = np.asarray(rows, dtype=np.float64 if datatype == "FP64" else np.float32)
    message = pb.ModelInferRequest(
        model_name=model, id=request_id, raw_input_contents=[rows.tobytes()]
    )
    message.inputs.add(name=name, datatype=datatype, shape=rows.shape)
    return message


def expected(rows):
    rows = np.asarray(rows, dtype=np.float64)
    return 1 + 2 * rows[:, 0] + 3 * rows[:, 1]


def output(response, index=0):
    return np.frombuffer(response.raw_output_contents[index], dtype=np.float64)


def statistics(stub, model):
    return stub.ModelStatistics(pb.ModelStatisticsRequest(name=model)).model_stats[0]


def resident_kilobytes(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_cheap_calls_are_answered_while_a_batch_of_100000_rows_runs(stub):
    rows = np.arange(200_000, dtype=np.float64).reshape(100_000, 2)
    large = stub.ModelInfer.future(request("slow-rows", rows))
    cheap = request("scores", np.ones((1, 4)), name="FP32", datatype="FP32")
    for _ in range(20):
        stub.ModelInfer(cheap)
    assert not large.done(), "the batch was over before the cheap calls were"
    assert (output(large.result()) == expected(rows)).all()


def test_batches_of_100000_rows_take_bounded_memory(server, stub):
    rows = np.ones((100_000, 4), dtype=np.float32)
    message = request("scores", rows, name="FP32", datatype="FP32")
    for _ in range(3):
        answer = stub.ModelInfer(message)
        assert len(answer.raw_output_contents[0]) == rows.nbytes
    before = resident_kilobytes(server)
    for _ in range(20):
        stub.ModelInfer(message)
    assert resident_kilobytes(server) - before < 16_000


def test_more_rows_than_allowed_are_refused(stub):
    with pytest.raises(grpc.RpcError) as caught:
        stub.ModelInfer(request("slow-rows", np.ones((131_073, 2))))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "131073 rows, more than the limit of 131072" in caught.value.details()


def test_a_full_queue_refuses_with_a_push_back_and_answers_the_others(stub):
    calls = [stub.ModelInfer.future(request("slow", [[n, 1]])) for n in range(60)]
    answered, refused = 0, 0
    for number, call in enumerate(calls):
        code = call.code()
        if code == grpc.StatusCode.OK:
            assert output(call.result()) == [2 * number + 4]
            answered += 1
        else:
            assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
            assert "24 requests wait already" in call.details()
            trailers = dict(call.trailing_metadata())
            assert int(trailers["grpc-retry-pushback-ms"]) >= 200
            refused += 1
    assert answered >= 24 and refused > 0


def test_a_deadline_that_cannot_be_met_is_refused_before_it_passes(stub):
    before = statistics(stub, "slow")
    started = time.monotonic()
    with pytest.raises(grpc.RpcError) as caught:
        stub.ModelInfer(request("slow-rows", np.ones((100_000, 2))), timeout=0.5)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert "not computed, since the deadline cannot be met" in caught.value.details()
    assert time.monotonic() - started < 0.5
    after = statistics(stub, "slow")
    assert after.execution_count == before.execution_count


def test_what_a_caller_cancels_while_it_waits_is_not_computed(stub):
    before = statistics(stub, "slow")
    calls = [stub.ModelInfer.future(request("slow", [[1, 1]])) for _ in range(20)]
    for call in calls[8:]:
        call.cancel()
    for call in calls[:8]:
        assert call.code() == grpc.StatusCode.OK
    after = statistics(stub, "slow")
    # Two may have been under way when they were cancelled.
    assert 8 <= after.execution_count - before.execution_count <= 10


def test_requests_share_runs_and_each_gets_its_own_rows(stub):
    before = statistics(stub, "slow-batched")
    sent = [np.full((1 + number % 3, 2), number, dtype=np.float64) for number in range(20)]
    calls = [stub.ModelInfer.future(request("slow-batched", rows)) for rows in sent]
    for rows, call in zip(sent, calls, strict=True):
        assert (output(call.result()) == expected(rows)).all()
    after = statistics(stub, "slow-batched")
    assert after.inference_count - before.inference_count == sum(len(rows) for rows in sent)
    assert after.execution_count - before.execution_count < 20
    assert after.inference_stats.queue.ns > before.inference_stats.queue.ns
    sizes = {batch.batch_size for batch in after.batch_stats}
    assert max(sizes) > 3


def test_a_request_that_fails_does_not_fail_those_that_share_its_run(stub):
    sent = [[[-1, 0]] if number == 5 else [[number, 0]] for number in range(12)]
    calls = [stub.ModelInfer.future(request("slow-batched", rows)) for rows in sent]
    for number, call in enumerate(calls):
        if number == 5:
            assert call.code() == grpc.StatusCode.INVALID_ARGUMENT
            assert "a row whose a is -1" in call.details()
        else:
            assert output(call.result()) == [1 + 2 * number]


def test_a_stream_keeps_the_order_of_dear_and_cheap_requests(stub):
    def requests():
        for number in range(60):
            if number % 7 == 3:
                yield pb.ModelInferRequest(model_name="nobody", id=str(number))
            elif number % 3:
                rows = np.full((1, 4), number)
                yield request("scores", rows, "FP32", "FP32", request_id=str(number))
            else:
                yield request("slow-stream", [[number, 0]], request_id=str(number))

    answers = list(stub.ModelStreamInfer(requests()))
    assert [answer.infer_response.id for answer in answers] == [str(n) for n in range(60)]
    for number, answer in enumerate(answers):
        if number % 7 == 3:
            assert "nobody" in answer.error_message
        elif number % 3 == 0:
            assert output(answer.infer_response) == [1 + 2 * number]
        assert answer.infer_response.parameters["triton_final_response"].bool_param


def test_a_stream_of_more_than_may_be_under_way_is_read_on_as_answers_leave(stub):
    def requests():
        for number in range(100):
            yield request("slow-stream", [[number, 0]], request_id=str(number))

    answers = list(stub.ModelStreamInfer(requests()))
    assert [answer.infer_response.id for answer in answers] == [str(n) for n in range(100)]
    assert all(answer.error_message == "" for answer in answers)


def test_a_model_that_is_unloaded_answers_what_waits_for_it(stub):
    calls = [stub.ModelInfer.future(request("slow", [[n, 0]])) for n in range(12)]
    # The queue has them before the model goes.
    while not calls[0].done():
        time.sleep(0.005)
    stub.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(model_name="slow"))
    for number, call in enumerate(calls):
        assert output(call.result()) == [1 + 2 * number]
    with pytest.raises(grpc.RpcError) as caught:
        stub.ModelInfer(request("slow", [[1, 1]]))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    stub.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="slow"))
    assert output(stub.ModelInfer(request("slow", [[1, 1]]))) == [6]


def test_mixed_loads_from_many_callers_are_all_answered_rightly(server):
    failures = []

    def caller(seed):
        random = np.random.default_rng(seed)
        try:
            with grpc.insecure_channel(server.address) as channel:
                stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
                for _ in range(30):
                    rows = random.integers(0, 100, (random.integers(1, 30), 2)).astype(float)
                    model = random.choice(["slow-batched", "slow-rows", "slow-stream"])
                    answer = output(stub.ModelInfer(request(model, rows)))
                    if not (answer == expected(rows)).all():
                        failures.append((seed, model, rows))
        except grpc.RpcError as error:
            failures.append((seed, error.code(), error.details()))

    threads = [threading.Thread(target=caller, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# Explanations and empty batches, with a client that knows nothing of them.

ROWS = np.array([[40, 1000, 1, 0], [20, 0, 2, 1], [60, 3, 0, 1]], dtype=np.float64)
WEIGHTS = np.array([-0.01, 0.001, 0.5, -0.25])


def linear_input(rows):
    tensor = triton.InferInput("input", rows.shape, "FP64")
    tensor.set_data_from_numpy(rows)
    return tensor


@pytest.mark.parametrize("model", ["credit-default", "credit-pool"])
def test_explain_adds_contributions_that_add_up(client, model):
    answer = client.infer(model, [linear_input(ROWS)], parameters={"explain": True})
    contributions = answer.as_numpy("explanation.contributions")
    base = answer.as_numpy("explanation.base_value")
    assert contributions.shape == (3, 4) and base.shape == (3,)
    assert np.allclose(contributions, ROWS * WEIGHTS, atol=1e-12)
    assert np.allclose(base + contributions.sum(axis=1), answer.as_numpy("log_odds"), atol=1e-12)


def test_without_explain_there_is_no_explanation(client):
    names = [
        out.name
        for out in client.infer("credit-default", [linear_input(ROWS)]).get_response().outputs
    ]
    assert names == ["log_odds"]


def test_an_explanation_may_be_asked_for_by_name_alone(client):
    wanted = [triton.InferRequestedOutput("explanation.contributions")]
    answer = client.infer("credit-default", [linear_input(ROWS)], outputs=wanted)
    assert [out.name for out in answer.get_response().outputs] == ["explanation.contributions"]
    assert np.allclose(answer.as_numpy("explanation.contributions"), ROWS * WEIGHTS)


def test_the_configuration_names_the_explained_features(client):
    parameters = client.get_model_config("credit-default").config.parameters
    assert parameters["explained_features"].string_value == '["age", "income", "purpose", "owner"]'
    assert parameters["explained_outputs"].string_value == "1"


def test_a_model_that_cannot_explain_says_so(client):
    tensor = triton.InferInput("FP32", [1, 4], "FP32")
    tensor.set_data_from_numpy(np.ones((1, 4), dtype=np.float32))
    with pytest.raises(triton.InferenceServerException) as caught:
        client.infer("scores", [tensor], parameters={"explain": True})
    assert "UNIMPLEMENTED" in str(caught.value.status())
    assert "cannot explain its answers" in caught.value.message()


@pytest.mark.parametrize("model", ["credit-default", "credit-pool"])
def test_an_empty_batch_is_answered_with_empty_outputs(client, model):
    empty = linear_input(np.zeros((0, 4)))
    answer = client.infer(model, [empty], parameters={"explain": True})
    assert answer.as_numpy("log_odds").shape == (0,)
    assert answer.as_numpy("explanation.contributions").shape == (0, 4)
    assert answer.as_numpy("explanation.base_value").shape == (0,)


def held(pod):
    """What requests at the workers hold, when that has come to 0 or time is up."""
    until = time.monotonic() + 15
    while True:
        lines = pod.get("/metrics")[1].splitlines()
        figure = next(line for line in lines if line.startswith("vigie_worker_held_bytes "))
        bytes_held = float(figure.split()[1])
        if bytes_held == 0 or time.monotonic() > until:
            return bytes_held
        time.sleep(0.1)


@pytest.mark.parametrize("how", ["answered", "given up", "late", "unary", "unary late"])
def test_a_request_that_is_over_holds_nothing(how):
    pod = Pod(
        *[f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--loops=1"],
        *["--workers=1", "--inline-cost-max=1us"],
    )
    try:
        message = pb.ModelInferRequest(model_name="anomaly-autoencoder")
        with grpc.insecure_channel(pod.address) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            wanted = pb.ModelMetadataRequest(name=message.model_name)
            (tensor,) = stub.ModelMetadata(wanted, timeout=10).inputs
            shape = [2000, tensor.shape[1]]
            message.inputs.add(name=tensor.name, datatype="FP32", shape=shape)
            message.raw_input_contents.append(bytes(4 * shape[0] * shape[1]))
            for _ in range(5):
                if how == "unary":
                    stub.ModelInfer(message, timeout=20)
                elif how == "unary late":
                    calls = [stub.ModelInfer.future(message, timeout=0.004) for _ in range(10)]
                    for call in calls:
                        call.exception()
                else:
                    late = 0.005 if how == "late" else 20
                    stream = stub.ModelStreamInfer(iter([message] * 10), timeout=late)
                    if how == "answered":
                        assert sum(not answer.error_message for answer in stream) == 10
                    elif how == "given up":
                        next(stream)
                        stream.cancel()
                    else:
                        # Some may be answered in time.
                        with contextlib.suppress(grpc.RpcError):
                            list(stream)
            assert held(pod) == 0
    finally:
        assert pod.stop() == 0
