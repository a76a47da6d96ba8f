"""Connections that die at any moment, and peers that send anything: nothing is left behind.

The seed is printed; VIGIE_SEED=N runs the same choices again. VIGIE_CHAOS_ROUNDS=N makes it longer.
Run it against a server built with --sanitize=address (VIGIE_TRANSPORT_SERVER) to see more than counts.
"""

import os
import random
import socket
import ssl
import struct
import time

import pytest

from certificates import Authority
from server import Server
from wire import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    PREFACE,
    Closed,
    Connection,
    common,
    frame,
    goaway,
    priority,
    rst_stream,
    settings_frame,
    window_update,
)

ROUNDS = int(os.environ.get("VIGIE_CHAOS_ROUNDS", "400"))
PATHS = ["/", "/echo", "/hold", "/bytes/200000", "/flood/300000", "/wait/5", "/wait/300", "/peer", "/stats"]


class Peer:
    """A connection that misbehaves by the choices of `random`."""

    def __init__(self, address, tls, dice):
        self.dice = dice
        self.alive = True
        self.next = 1
        self.open = []
        self.c = Connection(address, handshake=False)
        if tls and dice.random() < 0.9:
            self.c.socket = tls.wrap_socket(self.c.socket, do_handshake_on_connect=dice.random() < 0.9)
        self.c.socket.settimeout(0.01)
        if dice.random() < 0.95:
            self.send(PREFACE + settings_frame(self.settings()))

    def settings(self):
        choice = [(3, 100), (4, self.dice.choice([0, 1, 1000, 1 << 20])), (5, 16384), (2, 0)]
        return self.dice.sample(choice, self.dice.randrange(4))

    def send(self, data):
        dice = self.dice
        if dice.random() < 0.03:
            data = data[: dice.randrange(len(data) + 1)]
        if dice.random() < 0.02 and data:
            data = bytearray(data)
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        try:
            self.c.socket.sendall(bytes(data))
        except (OSError, ValueError):
            self.alive = False

    def act(self):
        getattr(self, self.dice.choice(self.ACTIONS))()

    def request(self):
        stream, self.next = self.next, self.next + 2 * self.dice.choice([1, 1, 1, 1, 2])
        end = self.dice.random() < 0.4
        self.open.append(stream)
        block = self.c.block(common("POST", self.dice.choice(PATHS)))
        if self.dice.random() < 0.2:
            cut = self.dice.randrange(len(block))
            self.send(frame(HEADERS, END_STREAM if end else 0, stream, block[:cut]))
            self.send(frame(CONTINUATION, END_HEADERS, stream, block[cut:]))
        else:
            self.send(frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block))

    def any_stream(self):
        return self.dice.choice(self.open) if self.open else 1

    def body(self):
        size = self.dice.choice([0, 1, 100, 16384])
        flags = END_STREAM if self.dice.random() < 0.3 else 0
        self.send(frame(DATA, flags, self.any_stream(), bytes(size)))

    def trailers(self):
        block = self.c.block([("x-trailer", "t")])
        self.send(frame(HEADERS, END_HEADERS | END_STREAM, self.any_stream(), block))

    def cancel(self):
        self.send(rst_stream(self.any_stream(), self.dice.choice([0, 8, 99])))

    def grant(self):
        self.send(
            window_update(self.dice.choice([0, self.any_stream()]), self.dice.choice([1, 65535, 1 << 20]))
        )

    def other(self):
        self.send(
            self.dice.choice(
                [settings_frame(self.settings()), priority(3, 0), goaway(), frame(6, 0, 0, bytes(8))]
            )
        )

    def read(self):
        try:
            if not self.c.socket.recv(self.dice.choice([1, 1000, 65536])):
                self.alive = False
        except TimeoutError:
            pass
        except OSError:
            self.alive = False

    def half_close(self):
        if self.dice.random() < 0.1:
            try:
                self.c.socket.shutdown(socket.SHUT_WR)
            except OSError:
                self.alive = False

    def garbage(self):
        if self.dice.random() < 0.05:
            self.send(self.dice.randbytes(self.dice.randrange(1, 200)))

    ACTIONS = ["request"] * 5 + ["body"] * 4 + ["read"] * 3 + ["cancel", "grant", "trailers", "other"]
    ACTIONS += ["half_close", "garbage"]

    def die(self):
        if self.dice.random() < 0.5:
            self.c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.c.close()


def settled(server, tls, before):
    """Waits until nothing is left but the connection that asks."""
    deadline = time.monotonic() + 30
    while True:
        c = Connection(server.address, tls=tls)
        c.request(1, path="/stats")
        text = c.expect_response(1)[1].decode()
        descriptors = server.descriptors - 1
        c.close()
        if "live 1\n" in text and "open=1 " in text and descriptors == before:
            return
        assert time.monotonic() < deadline, f"left behind: {text} {descriptors} descriptors, {before} before"
        time.sleep(0.1)


@pytest.mark.parametrize("secure", [False, True], ids=["cleartext", "tls"])
def test_connections_that_die_at_any_moment_leave_nothing_behind(secure, tmp_path):
    seed = int(os.environ.get("VIGIE_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"VIGIE_SEED={seed}")
    dice = random.Random(seed)
    flags, tls = [], None
    if secure:
        authority = Authority(tmp_path, "ca")
        certificate, key = authority.issue("server", "/CN=server", "DNS:localhost")
        flags = ["--tls-cert", certificate, "--tls-key", key]
        tls = ssl.create_default_context(cafile=str(authority.certificate))
        tls.check_hostname = False
        tls.set_alpn_protocols(["h2"])
    limits = {"handshakeTimeout": 1000, "headerTimeout": 1000, "writeTimeout": 1000, "maxIdle": 2000}
    with Server(*flags, limits=limits) as server:
        settled(server, tls, before := server.descriptors)

        def storm():
            peers = []
            for _ in range(ROUNDS):
                try:
                    peers.append(Peer(server.address, tls, dice))
                except (Closed, OSError):
                    continue
                for _ in range(40):
                    peer = dice.choice(peers)
                    if peer.alive:
                        peer.act()
                while len(peers) > 20 or (peers and dice.random() < 0.3):
                    peers.pop(dice.randrange(len(peers))).die()
            for peer in peers:
                peer.die()
            settled(server, tls, before)

        storm()
        warm = server.resident_bytes
        storm()
        # The first storm has filled the pools; the second must not need more than noise.
        assert server.resident_bytes - warm < 24 << 20
        counters = server.stop()
        assert counters["open"] == 0


def test_connections_that_come_and_go_fast_hold_no_memory():
    """A connection that had ended used to stay until its timer: ten seconds' worth of them."""
    with Server() as server:

        def churn(count):
            for _ in range(count):
                with socket.create_connection(server.address) as peer:
                    peer.sendall(PREFACE + settings_frame([]))
                    peer.recv(1, socket.MSG_PEEK)

        churn(500)
        before = server.resident_bytes
        churn(3000)
        # It was 14 KiB for each connection.
        assert server.resident_bytes - before < 12 << 20
