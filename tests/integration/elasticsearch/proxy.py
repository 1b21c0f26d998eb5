"""A proxy before a real Elasticsearch that makes bulk requests fail in the ways that servers fail.

What it does not spoil is the real server's own answer. All other requests pass untouched.

    with Proxy(cluster.url, seed=7) as proxy:
        proxy.always = Withhold(0.2)             # every fifth item: 429, whenever it comes
        proxy.plan(Answer(503), Hold(), Cut("answer"))   # the next three bulk requests instead
        client = Elasticsearch(proxy.url)
"""

from __future__ import annotations

import gzip
import json
import random
import select
import socket
import struct
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from integration.elasticsearch.faults import Answer, Cut, Fault, Hold, Refuse, Withhold
from integration.elasticsearch.splice import Item, splice, split

JSON = "application/json"
OURS = {"host", "content-length", "content-encoding", "accept-encoding", "transfer-encoding"}


class Proxy:
    """Listens on the loopback while it is entered.

    Attributes:
        url: where it listens.
        always: befalls every bulk request for which nothing else is planned.
        largest: bulk bodies over so many bytes (unpacked) are answered with 413.
        here: whether it listens.
        requests: bulk requests that arrived, refused ones included.
        statuses: how often each status was sent for a whole bulk request.
        tries: how often each id arrived; items of refused requests are not read.
        withheld: items that never reached the server.
    """

    def __init__(self, upstream: str, *, seed: int = 0) -> None:
        self.upstream, self.seed = urlsplit(upstream), seed
        self.always: Fault | None = None
        self.largest: int | None = None
        self.requests = self.withheld = 0
        self.statuses: Counter[int] = Counter()
        self.tries: Counter[str] = Counter()
        self.changed = threading.Condition()
        self.lines: set[socket.socket] = set()
        self._planned: deque[Fault | None] = deque()
        self._busy = 0
        self._port = 0
        self._listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def plan(self, *faults: Fault | None) -> None:
        """What befalls the next bulk requests, one each; None lets one pass."""
        with self.changed:
            self._planned.extend(faults)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody listens on the address, and the lines that were open are dead."""
        self._close()
        try:
            yield
        finally:
            self._listen()

    def wait_until_idle(self, within: float = 60.0) -> None:
        """Returns when no request is under way: what was sent is applied or never will be."""
        with self.changed:
            assert self.changed.wait_for(lambda: self._busy == 0, within), "a request hangs"

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    @contextmanager
    def bulk(self) -> Iterator[Fault | None]:
        """Counts a bulk request as long as it is under way; what shall befall it."""
        with self.changed:
            self.requests += 1
            self._busy += 1
            fault = self._planned.popleft() if self._planned else self.always
        try:
            yield fault
        finally:
            with self.changed:
                self._busy -= 1
                self.changed.notify_all()

    def arrive(self, items: list[Item]) -> None:
        """Counts the tries of each id."""
        with self.changed:
            self.tries.update(item.id for item in items if item.id)

    def withholds(self, items: list[Item], fault: Withhold) -> list[Mapping[str, Any] | None]:
        """The answer of each item withheld: drawn by seed, id and try, whatever the threads do."""
        with self.changed:
            drawn = [self._draw(item.id or f"place {n}") for n, item in enumerate(items)]
            answers = [fault.answer if one < fault.share else None for one in drawn]
            self.withheld += len(answers) - answers.count(None)
        return answers

    def _draw(self, item: str) -> float:
        return random.Random(f"{self.seed}:{item}:{self.tries[item]}").random()

    def _listen(self) -> None:
        self.here = True
        self._http = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._port = int(self._http.server_address[1])
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _close(self) -> None:
        self.here = False
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        with self.changed:
            for line in self.lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Bound(_Handler):
        owner = proxy

    return Bound


class _Handler(BaseHTTPRequestHandler):
    """One line from a client, with a line of its own to the server behind."""

    owner: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server_line = HTTPConnection(
            str(self.owner.upstream.hostname), self.owner.upstream.port, timeout=120
        )
        with self.owner.changed:
            self.owner.lines.add(self.connection)

    def finish(self) -> None:
        with self.owner.changed:
            self.owner.lines.discard(self.connection)
        self.server_line.close()
        super().finish()

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError):  # the client has hung up: its right
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a request line may carry what does not belong into a log."""

    def do_GET(self) -> None:
        if not self.owner.here:  # a line that opened while the proxy went away
            self._reset()
        elif urlsplit(self.path).path.endswith("/_bulk"):
            with self.owner.bulk() as fault:
                self._bulk(fault)
        else:
            self._say(*self._ask(self._read()))

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    def _bulk(self, fault: Fault | None) -> None:
        match fault:
            case Refuse():
                self._reset()
            case Cut("request"):
                self.rfile.read(self._length() // 2)
                self._reset()
            case Answer(status):
                self._read()
                self._refuse(status)
            case _:
                self._pass_on(self._read(), fault)

    def _pass_on(self, body: bytes, fault: Fault | None) -> None:
        if self.owner.largest is not None and len(body) > self.owner.largest:
            self._refuse(413)
            return
        items = split(body, index=urlsplit(self.path).path.strip("/").rpartition("/")[0])
        self.owner.arrive(items)
        if isinstance(fault, Withhold):
            answered = self._ask_in_part(items, fault)
        else:
            answered = self._ask(body)
        if isinstance(fault, Hold) and self._hung_up(fault.at_most):
            self.close_connection = True
            return
        self._say(*answered, cut=isinstance(fault, Cut))

    def _ask_in_part(self, items: list[Item], fault: Withhold) -> tuple[int, dict[str, str], bytes]:
        """The server's answer to what is let through, completed by ours to the rest."""
        answers = self.owner.withholds(items, fault)
        left = [item for item, answer in zip(items, answers, strict=True) if answer is None]
        headers, real = {"Content-Type": JSON, "X-Elastic-Product": "Elasticsearch"}, {}
        if left:
            status, headers, body = self._ask(b"".join(item.lines for item in left))
            if status != 200:
                return status, headers, body
            real = json.loads(body)
        wanted = parse_qs(urlsplit(self.path).query).get("filter_path", [""])[0]
        try:
            whole = splice(real, items, answers, filter_path=wanted)
        except ValueError as error:
            return 400, headers, json.dumps({"error": str(error), "status": 400}).encode()
        return 200, headers, json.dumps(whole).encode()

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the server behind; 502 when it does not answer."""
        kept = {k: v for k, v in self.headers.items() if k.lower() not in OURS}
        try:
            self.server_line.request(self.command, self.path, body or None, kept)
            answer: HTTPResponse = self.server_line.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            self.server_line.close()
            return 502, {"Content-Type": "text/plain"}, b"the server behind does not answer"
        headers = {k: v for k, v in answer.getheaders() if k.lower() not in OURS}
        if self.command == "HEAD":
            headers["Content-Length"] = answer.getheader("Content-Length", "0")
        return answer.status, headers, body

    def _length(self) -> int:
        return int(self.headers.get("Content-Length", 0))

    def _read(self) -> bytes:
        body = self.rfile.read(self._length())
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _refuse(self, status: int) -> None:
        said = {"error": {"type": "proxy", "reason": "by the tests"}, "status": status}
        body = b"" if status == 413 else json.dumps(said).encode()  # as the real server does
        self._say(status, {"Content-Type": JSON}, body)

    def _say(
        self, status: int, headers: Mapping[str, str], body: bytes, *, cut: bool = False
    ) -> None:
        self.send_response_only(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if urlsplit(self.path).path.endswith("/_bulk"):
            with self.owner.changed:
                self.owner.statuses[status] += 1
        if cut:
            self.wfile.write(body[: len(body) // 2])
            self._reset()
        elif self.command != "HEAD":
            self.wfile.write(body)

    def _hung_up(self, at_most: float) -> bool:
        """Whether the client closed its line within so many seconds; it says nothing else."""
        return bool(select.select([self.connection], [], [], at_most)[0])

    def _reset(self) -> None:
        """Close the line with a reset, as a dying server does."""
        self.close_connection = True
        off = struct.pack("ii", 1, 0)
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, off)
        with self.owner.changed:
            self.owner.lines.discard(self.connection)
        socket.close(self.connection.detach())
