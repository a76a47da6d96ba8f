"""A server with models made for tests (Tests/FixtureServer), and stubs for it."""

import grpc
import pytest
from harness import Process
from stubs import module


@pytest.fixture(scope="module")
def server():
    process = Process("vigie-fixtures")
    yield process
    assert process.stop() == 0


@pytest.fixture
def channel(server):
    with grpc.insecure_channel(server.address) as channel:
        yield channel


@pytest.fixture
def pb():
    return module("vigie.v1.credit_pb2")


@pytest.fixture
def stub(channel):
    return module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
