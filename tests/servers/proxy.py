"""A wire that can be cut, stalled, slowed and tampered with, to stand between a client and a real server."""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

Rewrite = Callable[[bytes], bytes]


@dataclass
class Faults:
    """What goes wrong; read at every chunk, so it may be changed while connections stand.

    Attributes:
        cut_after: after so many bytes of server output (counted per connection) the connection is cut.
        stall_after: after so many bytes nothing more is passed on, and nothing is closed.
        delay: seconds that each chunk is late, each way.
        rewrite: what becomes of every line the server says, line end included; `b""` drops it.
        says: what becomes of every line that the client says.
    """

    cut_after: int | None = None
    stall_after: int | None = None
    delay: float = 0.0
    rewrite: Rewrite | None = None
    says: Rewrite | None = None


class Proxy:
    """A loopback listener that passes everything on to one server, with faults."""

    def __init__(self, port: int, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.connections = 0
        self.from_server = 0
        self.said = bytearray()  # by all clients
        self.stalled = threading.Event()
        self._to = port
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()

    def cut(self) -> None:
        """Cut every connection now, with a reset."""
        with self._lock:
            here = list(self._open)
        for each in here:
            _close(each)

    def close(self) -> None:
        """Stop listening and cut every connection."""
        self._closed.set()
        _close(self._listener)
        self.cut()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._to), 10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self.connections += 1
            with self._lock:
                self._open |= {client, server}
            for source, sink, of_server in ((client, server, False), (server, client, True)):
                late: queue.Queue[tuple[float, bytes]] = queue.Queue()
                threading.Thread(
                    target=self._read, args=(source, late), kwargs={"of_server": of_server}, daemon=True
                ).start()
                threading.Thread(
                    target=self._write, args=(late, sink, source), kwargs={"of_server": of_server}, daemon=True
                ).start()

    def _read(self, source: socket.socket, late: "queue.Queue[tuple[float, bytes]]", *, of_server: bool) -> None:
        rest = b""
        while True:
            try:
                chunk = source.recv(65536)
            except OSError:
                chunk = b""
            if not of_server:
                self.said += chunk
            change = self.faults.rewrite if of_server else self.faults.says
            if chunk and change is not None:
                *lines, rest = (rest + chunk).split(b"\n")
                chunk = b"".join(change(line + b"\n") for line in lines)
                if not chunk:
                    continue
            elif rest:
                chunk, rest = rest + chunk, b""
            late.put((time.monotonic() + self.faults.delay, chunk))
            if not chunk:
                return

    def _write(
        self, late: "queue.Queue[tuple[float, bytes]]", sink: socket.socket, source: socket.socket, *, of_server: bool
    ) -> None:
        passed = 0
        while True:
            due, chunk = late.get()
            if (wait := due - time.monotonic()) > 0:
                self._closed.wait(wait)
            if not chunk:
                break
            if of_server:
                limits = [each for each in (self.faults.cut_after, self.faults.stall_after) if each is not None]
                if limits:
                    chunk = chunk[: max(0, min(limits) - passed)]
            try:
                sink.sendall(chunk)
            except OSError:
                break
            passed += len(chunk)
            if of_server:
                self.from_server += len(chunk)
                if self.faults.cut_after is not None and passed >= self.faults.cut_after:
                    break
                if self.faults.stall_after is not None and passed >= self.faults.stall_after:
                    self.stalled.set()
                    self._closed.wait()
                    break
        for each in (sink, source):
            _close(each)
            with self._lock:
                self._open.discard(each)


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits in recv or accept
    each.close()


@contextmanager
def before(port: int, faults: Faults | None = None) -> Iterator[Proxy]:
    """Stand before the server on `port` for the length of the block."""
    proxy = Proxy(port, faults)
    try:
        yield proxy
    finally:
        proxy.close()
