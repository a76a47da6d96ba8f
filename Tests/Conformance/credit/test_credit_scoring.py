"""vigie.v1.CreditScoring by plain grpcio, as a bank's backend would call it."""

import math
import threading

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

SOUND = {"age": 40, "income": 1000.0, "purpose": "tv", "owner": True}


def application(pb, features, **fields):
    request = pb.ScoreApplicationRequest(**fields)
    for name, value in features.items():
        entry = request.features[name]
        if isinstance(value, bool):
            entry.flag = value
        elif isinstance(value, int):
            entry.integer = value
        elif isinstance(value, float):
            entry.number = value
        elif isinstance(value, str):
            entry.text = value
    return request


def refusal(call, request) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call(request)
    return caught.value


def violations(error) -> dict:
    status = rpc_status.from_call(error)
    detail = error_details_pb2.BadRequest()
    assert status.details[0].Unpack(detail)
    return {violation.field: violation.description for violation in detail.field_violations}


def test_an_application_is_scored(stub, pb):
    answer = stub.ScoreApplication(application(pb, SOUND, request_id="A-1", explain_all=True))
    log_odds = -2 - 0.4 + 1 + 0.5 - 0.25
    probability = 1 / (1 + math.exp(-log_odds))
    assert answer.probability_of_default == pytest.approx(probability, abs=1e-12)
    factor = 20 / math.log(2)
    assert answer.points == round(600 - factor * math.log(50) - factor * log_odds)
    assert answer.decision == pb.DECISION_REFER
    assert (answer.request_id, answer.model, answer.version) == ("A-1", "credit-default", "2")
    assert [(r.code, r.text, r.feature) for r in answer.reasons] == [
        ("income", "income", "income"),
        ("R03", "Purpose of the loan", "purpose"),
    ]
    total = answer.base_value + sum(c.value for c in answer.contributions)
    assert total == pytest.approx(log_odds, abs=1e-12)
    assert [c.feature for c in answer.contributions] == list(SOUND)


def test_another_model_and_version_by_name(stub, pb):
    answer = stub.ScoreApplication(application(pb, SOUND, model="hr-candidate"))
    assert (answer.model, answer.version, len(answer.contributions)) == ("hr-candidate", "1", 0)
    answer = stub.ScoreApplication(application(pb, SOUND, version="1"))
    assert (answer.model, answer.version) == ("credit-default", "1")


def test_every_offending_feature_is_named_in_details_and_message(stub, pb):
    features = {"age": 17, "income": "much", "purpose": "yacht", "hobby": "chess", "owner": 1.0}
    error = refusal(stub.ScoreApplication, application(pb, features))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert violations(error) == {
        "features.age": "is 17, below the minimum of 18 years",
        "features.income": "is text, but a number is expected",
        "features.purpose": "is 'yacht', but must be one of 'car', 'tv', 'boat'",
        "features.hobby": "is no feature of this model",
        "features.owner": "is a number, but a flag is expected",
    }
    for name in features:
        assert f"'{name}' is" in error.details()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(stub, pb, value):
    error = refusal(stub.ScoreApplication, application(pb, SOUND | {"income": value}))
    assert "which is no finite number" in violations(error)["features.income"]


def test_a_missing_value_passes_only_where_the_model_allows_it(stub, pb):
    empty = application(pb, {})
    assert violations(refusal(stub.ScoreApplication, empty)) == {
        "features.age": "is missing",
        "features.purpose": "is missing",
    }
    explicit = application(pb, SOUND | {"income": None, "owner": None})
    absent = application(pb, {"age": 40, "purpose": "tv"})
    assert (
        stub.ScoreApplication(explicit).probability_of_default
        == stub.ScoreApplication(absent).probability_of_default
    )


def test_models_that_there_are_not_or_that_cannot_decide(stub, pb):
    error = refusal(stub.ScoreApplication, application(pb, SOUND, model="nobody"))
    assert error.code() == grpc.StatusCode.NOT_FOUND
    error = refusal(stub.ScoreApplication, application(pb, SOUND, model="no-scorecard"))
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "manifest.json has no 'scorecard' and no 'decision'" in error.details()


def test_a_feature_that_is_there_twice_on_the_wire_is_refused(channel, pb):
    first = application(pb, SOUND).SerializeToString()
    second = application(pb, {"age": 41}).SerializeToString()
    call = channel.unary_unary("/vigie.v1.CreditScoring/ScoreApplication")
    error = refusal(call, first + second)
    assert violations(error) == {"features.age": "is there more than once"}


def test_a_stream_answers_in_order_and_goes_on_after_errors(stub, pb):
    def requests():
        for index in range(1000):
            features = SOUND | {"income": float(index)} if index % 7 else {"age": 1}
            yield application(pb, features, request_id=str(index))

    answers = list(stub.ScoreApplications(requests()))
    assert [answer.request_id for answer in answers] == [str(index) for index in range(1000)]
    for index, answer in enumerate(answers):
        if index % 7:
            assert not answer.HasField("error")
            assert answer.reasons[0].feature == ("income" if index >= 500 else "purpose")
        else:
            assert answer.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
            detail = error_details_pb2.BadRequest()
            assert answer.error.details[0].Unpack(detail)
            assert {v.field for v in detail.field_violations} == {
                "features.age",
                "features.purpose",
            }
            assert answer.probability_of_default == 0 and answer.model == ""


def test_answers_come_while_the_stream_is_open(stub, pb):
    """One at a time: each answer arrives before the next application is sent."""
    answered = threading.Event()
    seen = []

    def requests():
        for index in range(20):
            yield application(pb, SOUND, request_id=str(index))
            assert answered.wait(10)
            answered.clear()

    for answer in stub.ScoreApplications(requests()):
        seen.append(answer.request_id)
        answered.set()
    assert seen == [str(index) for index in range(20)]


def test_a_slow_reader_is_not_held_in_memory(server, stub, pb):
    """Requests are offered as fast as grpcio can; answers are read only after a while."""
    count = 0

    def requests():
        nonlocal count
        for _ in range(60_000):
            count += 1
            yield application(pb, SOUND, explain_all=True, request_id="x" * 1000)

    def resident_kilobytes() -> int:
        with open(f"/proc/{server.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    before = resident_kilobytes()
    answers = stub.ScoreApplications(requests())
    threading.Event().wait(1.5)
    assert resident_kilobytes() - before < 50_000
    assert count < 60_000, "the caller was never held back"
    answers.cancel()


def test_ping_gives_back_its_payload(channel):
    from stubs import module

    pb = module("vigie.v1.diagnostics_pb2")
    stub = module("vigie.v1.diagnostics_pb2_grpc").DiagnosticsStub(channel)
    for payload in [b"", bytes(200), bytes(range(256)) * 4000]:
        assert stub.Ping(pb.PingRequest(payload=payload)).payload == payload
    version = stub.Version(pb.VersionRequest())
    assert version.version == "0.0.1-fixtures"
    assert version.build["nghttp2"].startswith("1.")
    assert version.uptime.ToNanoseconds() > 0
