"""A TCP proxy that does to a connection what bad networks do."""

import contextlib
import selectors
import socket
import struct
import threading
import time

PIECE = 65536


class _Pair:
    """A client's socket and the pod's, and what is on its way between them."""

    def __init__(self, client: socket.socket, server: socket.socket):
        self.ends = {client: server, server: client}
        self.late = {client: [], server: []}  # (when it may leave, bytes), by where it goes
        self.server = server
        self.is_mute = False

    def close(self, abortive: bool):
        for end in self.ends:
            if abortive:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                end.close()


class Proxy:
    """Forwards to `target`, on a port of the system's choosing, until it is told otherwise.

    `delay` (seconds, each way), `frozen` (nothing passes, nothing is closed: a cable that was pulled),
    `corrupt` (one byte in so many is another one, on the way to the target: gRPC's own client aborts its
    process on some answers that are garbled) and `chunk` (so many bytes a write) take effect at once.
    The next connection that carries the bytes `mute_after` to the target brings nothing back from then on.
    """

    def __init__(self, target: tuple[str, int], dice):
        self.target, self.dice = target, dice
        self.delay = 0.0
        self.frozen = False
        self.corrupt = 0
        self.mute_after = b""
        self.chunk = PIECE
        self._pairs: list[_Pair] = []
        self._cut = False
        self._ended = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def connections(self) -> int:
        return len(self._pairs)

    def cut(self):
        """Resets every connection, both ways."""
        self._cut = True

    def close(self):
        self._ended = True
        self._thread.join()

    def _run(self):
        with selectors.DefaultSelector() as selector, self._listener:
            selector.register(self._listener, selectors.EVENT_READ)
            while not self._ended:
                for key, _ in selector.select(0.005):
                    if key.fileobj is self._listener:
                        self._accept(selector)
                    elif not self.frozen:
                        self._read(key.data, key.fileobj, selector)
                if self.frozen:
                    time.sleep(0.005)
                for pair in list(self._pairs):
                    if self._cut:
                        self._drop(pair, selector, True)
                    elif not self.frozen:
                        self._deliver(pair, selector)
                self._cut = False
            for pair in list(self._pairs):
                self._drop(pair, selector, True)

    def _accept(self, selector):
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(self.target, timeout=5)
        except OSError:
            client.close()
            return
        pair = _Pair(client, server)
        for end in pair.ends:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(5)
            selector.register(end, selectors.EVENT_READ, pair)
        self._pairs.append(pair)

    def _read(self, pair, end, selector):
        if pair not in self._pairs:
            return
        try:
            data = bytearray(end.recv(PIECE))
        except OSError:
            data = bytearray()
        if not data:
            self._drop(pair, selector, False)
            return
        if self.corrupt and end is not pair.server:
            for position in range(len(data)):
                if self.dice.randrange(self.corrupt) == 0:
                    data[position] = self.dice.randrange(256)
        if end is pair.server and pair.is_mute:
            return
        if self.mute_after and end is not pair.server and self.mute_after in data:
            self.mute_after = b""
            pair.is_mute = True
        pair.late[pair.ends[end]].append((time.monotonic() + self.delay, bytes(data)))

    def _deliver(self, pair, selector):
        now = time.monotonic()
        for end, waiting in pair.late.items():
            while waiting and waiting[0][0] <= now:
                _, data = waiting.pop(0)
                try:
                    for start in range(0, len(data), self.chunk):
                        end.sendall(data[start : start + self.chunk])
                except OSError:
                    self._drop(pair, selector, True)
                    return

    def _drop(self, pair, selector, abortive):
        self._pairs.remove(pair)
        for end in pair.ends:
            selector.unregister(end)
        pair.close(abortive)
