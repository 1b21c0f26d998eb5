"""No request reaches a machine that is not on the public internet, however the address is written.

R17: hostile addresses, a stub for the name server, a canary that must stay unasked.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence

import pytest
from sources.server import Reply, Server

from leumund.answers import Away, Barred
from leumund.errors import LeumundError
from leumund.guard import is_public, resolve
from leumund.web import Fetcher

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2606:4700::5efe:7f00:1",
    "fc00::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "keine adresse",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_on_our_side_is_never_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909", "::ffff:9.9.9.9"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on loopback that the environment also names as the proxy for everything."""
    with Server() as running:
        running.replies["/"] = running.replies["/robots.txt"] = Reply(200, b"secret")
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, running.url(""))
        yield running


NAMES = {
    "intern.example": ["10.0.0.5"],
    "halb.example": ["9.9.9.9", "127.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "sechs.example": ["2002:7f00:1::"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "meta.example": ["169.254.169.254"],
    "leer.example": [],
}


def stub(host: str, port: int, timeout: float) -> Sequence[str]:
    """A name server that answers what an attacker would; numbers go the way of the system."""
    if host in NAMES:
        return NAMES[host]
    if host.endswith(".example"):
        return ["127.0.0.1"]
    return resolve(host, port, timeout)


HOSTILE = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://loop.example:{port}/",
    "http://intern.example:{port}/",
    "http://halb.example:{port}/",
    "http://nat64.example:{port}/",
    "http://sechs.example:{port}/",
    "http://mapped.example:{port}/",
    "http://meta.example/",
    "http://leer.example:{port}/",
    "http://user:pw@127.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "https://loop.example:{port}/",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET",
    "//127.0.0.1:{port}/",
    "http://",
    "http://[kaputt",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_refused_and_the_canary_stays_unasked(
    address: str, canary: Server
) -> None:
    fetcher = Fetcher("Leumund/test", resolver=stub, interval=0.0)
    with pytest.raises(LeumundError) as refused:
        fetcher.get(address.format(port=canary.port))
    assert getattr(refused.value, "key", "") in ("address", "unsafe", "unresolved")
    assert canary.asked == []


def test_the_third_redirect_to_loopback_is_refused(canary: Server) -> None:
    with Server("127.0.0.3") as outside:
        for hop in (1, 2):
            outside.replies[f"/{hop}"] = Reply(302, headers={"Location": f"/{hop + 1}"})
        outside.replies["/3"] = Reply(302, headers={"Location": canary.url("/")})
        fetcher = Fetcher("Leumund/test", allowed_networks=["127.0.0.3/32"], interval=0.0)
        with pytest.raises(Away) as refused:
            fetcher.get(outside.url("/1"))
    assert refused.value.key == "unsafe"
    assert outside.paths() == ["/robots.txt", "/1", "/2", "/3"]
    assert canary.asked == []


def test_robots_txt_cannot_redirect_to_loopback_either(canary: Server) -> None:
    with Server("127.0.0.3") as outside:
        outside.replies["/robots.txt"] = Reply(301, headers={"Location": canary.url("/robots.txt")})
        fetcher = Fetcher("Leumund/test", allowed_networks=["127.0.0.3/32"], interval=0.0)
        with pytest.raises(Away):
            fetcher.get(outside.url("/feed"))
    assert canary.asked == []


def test_a_name_that_turns_to_loopback_at_the_second_look_is_refused(canary: Server) -> None:
    answers = [["127.0.0.3"], ["127.0.0.1"]]
    with Server("127.0.0.3") as outside:
        fetcher = Fetcher(
            "Leumund/test",
            allowed_networks=["127.0.0.3/32"],
            resolver=lambda host, port, timeout: answers.pop(0),
            interval=0.0,
        )
        with pytest.raises(Away) as refused:
            fetcher.get(f"http://dreht.example:{outside.port}/feed")
    assert refused.value.key == "unsafe"
    assert outside.paths() == ["/robots.txt"]
    assert canary.asked == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://u:p@x.example/"]
)
def test_a_redirect_keeps_to_plain_web_addresses(target: str) -> None:
    with Server() as outside:
        outside.replies["/feed"] = Reply(302, headers={"Location": target})
        fetcher = Fetcher("Leumund/test", allowed_networks=["127.0.0.1/32"], interval=0.0)
        with pytest.raises(Away) as refused:
            fetcher.get(outside.url())
    assert refused.value.key == "unsafe"


def test_a_literal_address_of_our_side_is_a_matter_for_the_person_who_wrote_it() -> None:
    with pytest.raises(Barred):
        Fetcher("Leumund/test").get("http://192.168.0.1/feed")


def test_a_name_server_that_never_answers_does_not_hold_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()

    def silent(*_: object, **__: object) -> list[object]:
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with pytest.raises(OSError, match="no answer"):
        resolve("langsam.example", 80, 0.01)
    over.set()
