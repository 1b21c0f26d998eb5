"""Keeps requests on the public internet: every address is checked before anybody connects to it."""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore2

from leumund.answers import Away

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int, float], Sequence[str]]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Forms that carry another address inside, or that only mean something on a local network.
_REFUSED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "::/96",
        "fec0::/10",
        "192.88.99.0/24",
    )
)
_ISATAP = {0x00005EFE, 0x02005EFE}


def is_public(text: str, allowed: Iterable[Network] = ()) -> bool:
    """Whether a connection to this address may be opened.

    NAT64 and IPv4-mapped addresses are judged by the address inside; other transition forms are
    refused, since `is_global` calls them global whatever they contain.

    >>> is_public("9.9.9.9"), is_public("64:ff9b::909:909")
    (True, True)
    >>> [is_public(a) for a in ("127.0.0.1", "64:ff9b::7f00:1", "::ffff:10.0.0.1", "224.0.0.1")]
    [False, False, False, False]
    """
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if any(address in network for network in allowed):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return False
    if any(address in network for network in _REFUSED):
        return False
    return address.is_global and not address.is_multicast


def is_literal(host: str) -> bool:
    """Whether a host is written as an address instead of a name.

    >>> is_literal("10.0.0.1"), is_literal("example.org")
    (True, False)
    """
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def resolve(host: str, port: int, timeout: float) -> Sequence[str]:
    """All addresses of a name, asked once, in the order of preference of the system.

    Raises:
        OSError: the name is unknown, or the system gave no answer within `timeout` seconds.
    """
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    # getaddrinfo knows no time-out; a dead name server would hold it for half a minute.
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        raise OSError("no answer from the name server") from None
    if isinstance(answer, OSError):
        raise answer
    return list(dict.fromkeys(answer))


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections for httpcore2, only to checked addresses and only until a deadline.

    `deadline` is a value of `time.monotonic`; `allowed` widens what counts as public.
    """

    def __init__(self, *, allowed: Sequence[Network], resolver: Resolver, deadline: float) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._deadline = deadline
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first checked address that answers.

        Raises:
            Away: unknown name (`unresolved`), or an address that is not public (`unsafe`).
        """
        until = min(self._deadline, time.monotonic() + (timeout or 5.0))
        try:
            addresses = self._resolver(host, port, until - time.monotonic())
        except OSError:
            raise Away("unresolved", f"the name {host} could not be resolved") from None
        if not addresses:
            raise Away("unresolved", f"the name {host} has no address")
        if not all(is_public(address, self._allowed) for address in addresses):
            raise Away("unsafe", f"{host} is not on the public internet")
        for position, address in enumerate(addresses):
            share = (until - time.monotonic()) / (len(addresses) - position)
            try:
                stream = self._inner.connect_tcp(
                    address, port, max(share, 0.001), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if position == len(addresses) - 1:
                    raise
            else:
                return _TimedStream(stream, self._deadline)
        raise AssertionError("the loop returns or raises")


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose reads and writes end at the deadline, however slowly bytes drip in."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the whole answer took too long")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
