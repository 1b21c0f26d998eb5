"""Fetches pages for everybody else: the only place that opens HTTP connections."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata

import httpcore2
import httpx2
from protego import Protego

from leumund import crash
from leumund.answers import Answer, Away, Barred, Page, Spoiled, judge, masked, read_body, wait_of
from leumund.errors import LeumundError
from leumund.guard import GuardedBackend, Resolver, is_literal, is_public, resolve

NAME = "Leumund"
REPOSITORY = "https://github.com/leumund/leumund"
FEED_LIMIT = 10_000_000
ROBOTS_LIMIT = 500_000
REDIRECTS = 5
LONGEST_DELAY = 30.0

_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"


@dataclass(slots=True)
class _Host:
    """What this run knows about one host."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    interval: float = 0.0
    robots: Protego | None = None
    failure: LeumundError | None = None


def user_agent(contact: str = "") -> str:
    """Who asks: name, version, repository, and the contact of the configuration if there is one.

    >>> user_agent("presse@musterbahn.example").endswith("; presse@musterbahn.example)")
    True
    """
    version, home = "", REPOSITORY
    try:
        facts = metadata("leumund")
        version = f"/{facts['Version']}"
        urls = dict(entry.split(", ", 1) for entry in facts.get_all("Project-URL") or ())
        home = urls.get("Repository", REPOSITORY)
    except PackageNotFoundError:
        pass  # run from a checkout that is not installed
    contact = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()\\")
    return f"{NAME}{version} (+{home}{'; ' + contact if contact else ''})"


class Fetcher:
    """Fetches one page at a time, politely and only from the public internet.

    No retry, no cookie, no proxy, no setting from the environment. Safe to share among threads:
    one connection and at most one request per `interval` seconds for each host.

    Args:
        agent: the User-Agent, see `user_agent`.
        allowed_networks: networks beside the public internet, for tests; no configuration sets it.
        resolver: turns a name into addresses.
        connect, read, total: limits in seconds for the connection, for one read, for the answer.
        interval: seconds between two requests to a host.
        monotonic, sleep: the clock and the wait of that interval.
        tls: certificates to trust; default: those of the system.
    """

    def __init__(
        self,
        agent: str,
        *,
        allowed_networks: Iterable[str] = (),
        resolver: Resolver = resolve,
        connect: float = 5.0,
        read: float = 20.0,
        total: float = 60.0,
        interval: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._agent = agent
        self._allowed = [ipaddress.ip_network(network) for network in allowed_networks]
        self._resolver = resolver
        self._timeouts = {"connect": connect, "read": read, "write": read, "pool": connect}
        self._total = total
        self._interval = interval
        self._monotonic = monotonic
        self._sleep = sleep
        self._tls = tls or httpcore2.default_ssl_context()
        self._hosts: dict[str, _Host] = {}
        self._hosts_lock = threading.Lock()

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", limit: int = FEED_LIMIT
    ) -> Page:
        """The page at `url`, at most `limit` bytes after decompression, after ≤ 5 redirects.

        Raises:
            Unavailable: no answer, a broken one, 404, 429, 5xx; or robots.txt cannot be read.
            Misconfigured: the address is not allowed, 401, 403, 410; or robots.txt forbids it.
            Unreadable: too large, or an encoding that we do not accept.
        """
        target = self._checked(url)
        headers = {"Accept": _ACCEPT, "If-None-Match": etag, "If-Modified-Since": last_modified}
        deadline = time.monotonic() + self._total
        for _ in range(REDIRECTS + 1):
            host = self._host(target)
            with host.lock:
                self._permit(host, target)
                answer = self._ask(host, target, headers, limit=limit, deadline=deadline)
            if not (onward := self._onward(target, answer)):
                return judge(str(target), answer, limit=limit)
            target = onward
        raise Spoiled("redirects", f"{masked(url)} redirects more than {REDIRECTS} times")

    def _checked(self, url: str) -> httpx2.URL:
        """The parsed address.

        Raises:
            Barred: not http or https, no host, a password inside, or an address on our side.
        """
        try:
            target = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError):
            raise Barred("address", f"{masked(url)} is not a web address") from None
        if target.scheme not in ("http", "https") or not target.host:
            raise Barred("address", f"{masked(url)}: only http and https are fetched")
        if target.userinfo:
            raise Barred("address", f"{masked(url)}: a password in an address is not accepted")
        literal = target.host.strip("[].")
        if is_literal(literal) and not is_public(literal, self._allowed):
            raise Barred("unsafe", f"{masked(url)} is not on the public internet")
        return target

    def _onward(self, target: httpx2.URL, answer: Answer) -> httpx2.URL | None:
        """Where an answer redirects to; None if it does not."""
        location = answer.headers.get("location")
        if answer.status not in (301, 302, 303, 307, 308) or not location:
            return None
        try:
            onward = self._checked(str(target.join(location)))
        except (Barred, httpx2.InvalidURL, ValueError):
            raise Away("unsafe", f"{masked(str(target))} redirects to a refused address") from None
        if target.scheme == "https" and onward.scheme != "https":
            raise Away("unsafe", f"{masked(str(target))} redirects from https to http")
        return onward

    def _host(self, target: httpx2.URL) -> _Host:
        with self._hosts_lock:
            return self._hosts.setdefault(
                f"{target.scheme}://{target.netloc.decode()}", _Host(interval=self._interval)
            )

    def _permit(self, host: _Host, target: httpx2.URL) -> None:
        """Pass if robots.txt allows the page; fail closed if it cannot be read (RFC 9309)."""
        if host.failure:
            raise host.failure
        if host.robots is None:
            try:
                host.robots = self._robots(host, target)
            except LeumundError as error:
                host.failure = error
                raise
            delay = host.robots.crawl_delay(NAME) or 0.0
            host.interval = max(self._interval, min(delay, LONGEST_DELAY))
        if not host.robots.can_fetch(str(target), NAME):
            raise Barred("robots", f"robots.txt forbids {masked(str(target))}")

    def _robots(self, host: _Host, target: httpx2.URL) -> Protego:
        deadline = time.monotonic() + min(self._total, 20.0)
        page = target.copy_with(raw_path=b"/robots.txt")
        for _ in range(REDIRECTS + 1):
            answer = self._ask(host, page, {}, limit=ROBOTS_LIMIT, deadline=deadline)
            if not (onward := self._onward(page, answer)):
                break
            page = onward
        if answer.status == 200:
            return Protego.parse(answer.body.decode("utf-8-sig", errors="replace"))
        if 400 <= answer.status < 500 and answer.status not in (401, 403, 429):
            return Protego.parse("")
        raise Away(
            "robots_away",
            f"robots.txt of {target.host} answered {answer.status}, so nothing is fetched there",
            retry_after=wait_of(answer.headers),
        )

    def _ask(
        self,
        host: _Host,
        target: httpx2.URL,
        headers: dict[str, str],
        *,
        limit: int,
        deadline: float,
    ) -> Answer:
        """One request to one checked address; the body only of a success."""
        if (wait := host.free_at - self._monotonic()) > 0:
            self._sleep(wait)
        crash.point("fetch.before_request")
        try:
            return self._exchange(target, headers, limit=limit, deadline=deadline)
        except httpcore2.ConnectError as error:
            key = "tls" if "SSL" in str(error) or "certificate" in str(error) else "unreachable"
            host.failure = Away(key, f"{target.host} refuses the connection ({key})")
        except httpcore2.ConnectTimeout:
            host.failure = Away("timeout", f"{target.host} does not accept a connection in time")
        except httpcore2.TimeoutException:
            raise Away("slow", f"{masked(str(target))} did not answer in time") from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise Away("broken", f"{masked(str(target))} broke off or answered wrongly") from None
        finally:
            host.free_at = self._monotonic() + host.interval
        raise host.failure from None

    def _exchange(
        self, target: httpx2.URL, headers: dict[str, str], *, limit: int, deadline: float
    ) -> Answer:
        backend = GuardedBackend(allowed=self._allowed, resolver=self._resolver, deadline=deadline)
        address = httpcore2.URL(
            scheme=target.raw_scheme,
            host=target.raw_host,
            port=target.port,
            target=target.raw_path,
        )
        sent = [("User-Agent", self._agent), ("Accept-Encoding", "gzip"), ("Connection", "close")]
        sent += [(name, value) for name, value in headers.items() if value]
        with (
            httpcore2.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream(
                "GET", address, headers=sent, extensions={"timeout": self._timeouts}
            ) as response,
        ):
            got = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            if response.status != 200:
                return Answer(status=response.status, headers=got)
            body, over = read_body(
                response.iter_stream(), got.get("content-encoding", ""), limit=limit
            )
            crash.point("fetch.after_body")
            return Answer(status=response.status, headers=got, body=body, over=over)
