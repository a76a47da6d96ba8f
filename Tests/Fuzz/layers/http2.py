"""HTTP/2: what a client sends from its first byte on."""

import contextlib
import socket
import struct

from layers.layer import PodLayer


class Frames(PodLayer):
    name = "http2"

    def attempt(self, seed, data):
        with socket.create_connection(("127.0.0.1", self.port), 10) as client:
            client.settimeout(self.dice.choice([0.001, 0.005, 0.02]))
            with contextlib.suppress(OSError):
                # In pieces: a parser meets every place where bytes can end.
                while data:
                    size = self.dice.choice([1, 9, 100, 65536])
                    client.sendall(data[:size])
                    data = data[size:]
                    if size < 100:
                        size, data = 0, data
                    if self.dice.random() < 0.1:
                        client.recv(65536)
                if self.dice.random() < 0.5:
                    client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            if self.dice.random() < 0.3:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
