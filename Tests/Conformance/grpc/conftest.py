"""Servers and stubs of the gRPC tests."""

import importlib
import sys

import grpc
import pytest
from grpc_tools import protoc
from harness import ROOT, Process

INTEROP = "vigie-interop"


@pytest.fixture(scope="session")
def protos(tmp_path_factory):
    """Python code of our .proto files: `protos("vigie/v1/diagnostics")` is a pair of the messages'
    module and the stubs' module."""
    folder = tmp_path_factory.mktemp("protos")
    # Not those of google/ and grpc/health, which the installed packages bring.
    wanted = ["grpc/testing", "vigie/v1"]
    files = [str(file) for part in wanted for file in (ROOT / "Protos" / part).glob("*.proto")]
    code = protoc.main(
        [
            "protoc",
            f"-I{ROOT / 'Protos'}",
            f"--python_out={folder}",
            f"--grpc_python_out={folder}",
            *files,
        ]
    )
    assert code == 0
    # The package `grpc` is grpcio's: its generated part joins it.
    grpc.__path__.append(str(folder / "grpc"))
    sys.path.append(str(folder))

    def load(path: str):
        name = path.replace("/", ".")
        return importlib.import_module(name + "_pb2"), importlib.import_module(name + "_pb2_grpc")

    return load


@pytest.fixture(scope="session")
def messages(protos):
    return protos("grpc/testing/messages")[0]


@pytest.fixture(scope="session")
def empty(protos):
    return protos("grpc/testing/empty")[0].Empty


@pytest.fixture(scope="session")
def server():
    """One server for all tests that leave no trace on it."""
    process = Process(INTEROP)
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="session")
def tls_server(certificates):
    process = Process(
        INTEROP,
        *["--tls-cert", str(certificates / "server.pem")],
        *["--tls-key", str(certificates / "server.key")],
    )
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="session")
def stub(server, protos):
    with grpc.insecure_channel(server.address) as channel:
        yield protos("grpc/testing/test")[1].TestServiceStub(channel)


@pytest.fixture
def connect(protos):
    """Makes stubs of the test service for a server, with channel options."""
    channels = []

    def make(process, credentials=None, **options):
        options = [(key.replace("__", "."), value) for key, value in options.items()]
        channel = (
            grpc.secure_channel(process.address, credentials, options)
            if credentials
            else grpc.insecure_channel(process.address, options)
        )
        channels.append(channel)
        stub = protos("grpc/testing/test")[1].TestServiceStub(channel)
        stub.channel = channel
        return stub

    yield make
    for channel in channels:
        channel.close()
