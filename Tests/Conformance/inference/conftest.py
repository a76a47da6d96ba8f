"""A server with models made for tests (Tests/FixtureServer), and clients of it."""

import pytest
import tritonclient.grpc as triton
from harness import Process


@pytest.fixture(scope="module")
def server():
    process = Process("vigie-fixtures")
    yield process
    assert process.stop() == 0


@pytest.fixture
def client(server):
    client = triton.InferenceServerClient(server.address)
    yield client
    client.close()
