"""grpc.health.v1 through grpcio-health-checking's client code."""

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def health_of(process):
    return health_pb2_grpc.HealthStub(grpc.insecure_channel(process.address))


def ask(service):
    return health_pb2.HealthCheckRequest(service=service)


@pytest.mark.parametrize("service", ["", "grpc.testing.TestService"])
def test_check(server, service):
    assert health_of(server).Check(ask(service)).status == SERVING


def test_check_of_an_unknown_service(server):
    with pytest.raises(grpc.RpcError) as caught:
        health_of(server).Check(ask("no.Service"))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_watch_of_an_unknown_service_stays_open(server):
    watch = health_of(server).Watch(ask("no.Service"), timeout=0.5)
    assert next(watch).status == SERVICE_UNKNOWN
    with pytest.raises(grpc.RpcError) as caught:
        next(watch)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_list(server):
    response = health_of(server).List(health_pb2.HealthListRequest())
    assert {name: one.status for name, one in response.statuses.items()} == {
        "": SERVING,
        "grpc.testing.TestService": SERVING,
    }


def test_a_drain_tells_watchers_first(start):
    process = start("vigie-interop", "--grace", "10")
    watches = [health_of(process).Watch(ask("")) for _ in range(3)]
    assert [next(watch).status for watch in watches] == [SERVING] * 3
    process.terminate()
    assert [next(watch).status for watch in watches] == [NOT_SERVING] * 3
    # Their streams end, so that the drain need not wait for its grace to pass.
    for watch in watches:
        with pytest.raises(grpc.RpcError) as caught:
            next(watch)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    assert process.wait() == 0
