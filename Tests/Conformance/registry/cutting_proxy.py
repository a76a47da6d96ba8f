"""A proxy in front of a registry's server that misbehaves as it is told."""

import contextlib
import socket
import threading
import urllib.parse


class Proxy:
    """Passes connections on to `target` (http://host:port); see `plan`."""

    def __init__(self, target: str):
        parts = urllib.parse.urlsplit(target)
        self.target = (parts.hostname, parts.port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.lock = threading.Lock()
        # Bytes after which an answer's connection is cut, and how many answers that happens to.
        self.cut_after, self.cuts = None, 0
        # Requests that are answered 503 without being passed on.
        self.busy = 0
        self.refused = self.cut = 0
        # Requests of whose bodies one byte is changed on its way.
        self.spoils = 0
        # Only requests whose head has this text are harmed.
        self.only = b""
        # Replaces bytes in answers.
        self.swap = None
        self.heads = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket):
        """One request a connection: the answer says that it is closed."""
        # Either side may have gone before it has heard everything.
        with contextlib.suppress(ConnectionError):
            self.relay(client)

    def relay(self, client: socket.socket):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            with self.lock:
                self.heads.append(head)
                harm = self.only in head
                if harm and self.busy > 0:
                    self.busy -= 1
                    self.refused += 1
                    client.sendall(
                        b"HTTP/1.1 503 Slow Down\r\nRetry-After: 0\r\nContent-Length: 0\r\n"
                        b"Connection: close\r\n\r\n"
                    )
                    return
                spoil = harm and self.spoils > 0
                self.spoils -= spoil
                limit = None
                if harm and self.cuts > 0:
                    self.cuts -= 1
                    self.cut += 1
                    limit = self.cut_after
            # One answer, then the end: nothing of the next request is on this connection.
            head, body = head.split(b"\r\n\r\n", 1)
            head += b"\r\nConnection: close\r\n\r\n"
            with socket.create_connection(self.target) as server:
                server.sendall(head)
                threading.Thread(
                    target=self.forward, args=(client, server, body, spoil), daemon=True
                ).start()
                passed = 0
                while True:
                    piece = server.recv(65536)
                    if not piece:
                        return
                    if self.swap and harm:
                        piece = piece.replace(*self.swap)
                    if limit is not None and passed + len(piece) >= limit:
                        client.sendall(piece[: limit - passed])
                        # Another thread still waits on this socket: closing it would not end it.
                        client.shutdown(socket.SHUT_RDWR)
                        return
                    passed += len(piece)
                    client.sendall(piece)

    @staticmethod
    def forward(client: socket.socket, server: socket.socket, piece: bytes, spoil: bool):
        try:
            while piece or (piece := client.recv(65536)):
                if spoil:
                    piece, spoil = bytes([piece[0] ^ 1]) + piece[1:], False
                server.sendall(piece)
                piece = b""
        except OSError:
            pass

    def stop(self):
        self.listener.close()
