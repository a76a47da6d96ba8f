"""The server under test, and a fresh connection to it for each test.

VIGIE_H2_TARGET=HOST:PORT points the protocol cases (test_generic, test_http2, test_hpack) at another
server instead, which is how the suite itself is checked: against `nghttpd`, see README.md.
"""

import os

import pytest

from server import Server
from wire import Connection


@pytest.fixture(scope="module")
def address():
    target = os.environ.get("VIGIE_H2_TARGET")
    if target:
        host, port = target.rsplit(":", 1)
        yield (host, int(port))
        return
    with Server() as server:
        yield server.address


@pytest.fixture
def connect(address):
    """Opens connections that are closed when the test ends."""
    opened = []

    def open_one(**options):
        opened.append(Connection(address, **options))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def c(connect):
    return connect()
