"""A small local web server that answers as badly as a test wants it to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass(frozen=True)
class Reply:
    """What the server says; `length` lies about the body, `pieces` follow it one by one."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    pieces: Iterable[bytes] = ()


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    path: str
    headers: Mapping[str, str]


class Server:
    """Answers by path; `/robots.txt` is 404 unless a test says otherwise."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.replies: dict[str, Reply | list[Reply]] = {"/robots.txt": Reply(404)}
        self.asked: list[Asked] = []
        self.address = address
        self._http = ThreadingHTTPServer((address, 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def url(self, path: str = "/feed") -> str:
        return f"http://{self.address}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def wrap(self, tls: ssl.SSLContext) -> None:
        """Speak https from now on; handshakes happen in the thread of each request."""
        self._http.socket = tls.wrap_socket(
            self._http.socket, server_side=True, do_handshake_on_connect=False
        )

    def reply_to(self, path: str) -> Reply:
        """The reply of a path; of a list one after the other, the last one for ever."""
        found = self.replies.get(path.partition("?")[0], Reply(404))
        if isinstance(found, Reply):
            return found
        return found.pop(0) if len(found) > 1 else found[0]

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.asked.append(Asked(self.path, dict(self.headers)))
            reply = server.reply_to(self.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Transfer-Encoding" not in reply.headers:
                length = len(reply.body) if reply.length is None else reply.length
                self.send_header("Content-Length", str(length))
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                self.wfile.write(reply.body)
                for piece in reply.pieces:
                    self.wfile.write(piece)
            except OSError:
                pass  # the client has had enough

        do_CONNECT = do_GET  # a proxy would be asked so

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def dripping() -> Iterator[Iterable[bytes]]:
    """Bytes that never end and come slowly, until the test is over."""
    over = threading.Event()

    def drops() -> Iterator[bytes]:
        while not over.wait(0.02):
            yield b"x"

    try:
        yield drops()
    finally:
        over.set()
