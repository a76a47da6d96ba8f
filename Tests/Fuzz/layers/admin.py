"""The admin port's HTTP/1.1."""

import contextlib
import socket

from layers.layer import Finding, PodLayer


class Admin(PodLayer):
    name = "admin"

    def attempt(self, seed, data):
        with socket.create_connection(("127.0.0.1", self.admin_port), 10) as client:
            client.settimeout(10)
            answer = b""
            with contextlib.suppress(ConnectionError):
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
                try:
                    while piece := client.recv(65536):
                        answer += piece
                except TimeoutError as error:
                    raise Finding("the admin port neither answered nor closed in 10 s") from error
        if answer and not answer.startswith(b"HTTP/1.1 "):
            raise Finding(f"no HTTP/1.1 answer: {answer[:100]!r}")
