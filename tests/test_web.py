"""The fetcher reads what it may, politely, within its limits, and says plainly why it could not."""

from __future__ import annotations

import gzip
import ssl
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from sources.server import Reply, Server, dripping

from leumund.answers import Answer, Away, Barred, Spoiled, judge, masked, read_body, wait_of
from leumund.errors import LeumundError, Misconfigured, Unavailable, Unreadable
from leumund.web import FEED_LIMIT, Fetcher, user_agent


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(
        "Leumund/test (+https://example.org)", allowed_networks=["127.0.0.1/32"], interval=0
    )


def key_of(error: BaseException) -> str:
    return str(getattr(error, "key", ""))


def test_a_page_comes_with_what_the_next_request_needs(fetcher: Fetcher, server: Server) -> None:
    server.replies["/feed"] = Reply(
        body=b"<rss/>",
        headers={
            "ETag": '"1"',
            "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT",
            "Content-Type": "a/b",
        },
    )
    page = fetcher.get(server.url())
    assert (page.body, page.etag, page.content_type) == (b"<rss/>", '"1"', "a/b")
    assert page.last_modified == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert not page.not_modified


def test_a_conditional_request_may_be_answered_by_304(fetcher: Fetcher, server: Server) -> None:
    server.replies["/feed"] = Reply(304)
    page = fetcher.get(server.url(), etag='"1"', last_modified="Sat, 21 Nov 2026 10:00:00 GMT")
    assert page.not_modified
    assert server.asked[-1].headers["If-None-Match"] == '"1"'
    assert server.asked[-1].headers["If-Modified-Since"] == "Sat, 21 Nov 2026 10:00:00 GMT"


def test_the_server_learns_who_asks_and_gets_no_cookie(fetcher: Fetcher, server: Server) -> None:
    server.replies["/feed"] = Reply(body=b"x", headers={"Set-Cookie": "id=1"})
    fetcher.get(server.url())
    fetcher.get(server.url())
    assert server.asked[-1].headers["User-Agent"] == "Leumund/test (+https://example.org)"
    assert all("Cookie" not in asked.headers for asked in server.asked)


def test_the_user_agent_names_the_repository_of_the_project_and_the_contact() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    home = project["project"]["urls"]["Repository"]
    assert user_agent().startswith("Leumund")
    assert f"(+{home})" in user_agent()
    assert user_agent("presse@musterbahn.example\r\nX: (1)").endswith(
        f"(+{home}; presse@musterbahn.exampleX: 1)"
    )


@pytest.mark.parametrize(
    ("status", "kind", "key"),
    [
        (400, Unavailable, "server"),
        (401, Misconfigured, "denied"),
        (403, Misconfigured, "denied"),
        (404, Unavailable, "missing"),
        (410, Misconfigured, "gone"),
        (429, Unavailable, "busy"),
        (451, Misconfigured, "denied"),
        (500, Unavailable, "server"),
        (503, Unavailable, "busy"),
    ],
)
def test_a_status_says_what_to_do(
    fetcher: Fetcher, server: Server, status: int, kind: type[LeumundError], key: str
) -> None:
    server.replies["/feed"] = Reply(status, b"no", {"Retry-After": "120"})
    with pytest.raises(kind) as told:
        fetcher.get(server.url("/feed?token=geheim"))
    assert key_of(told.value) == key
    assert str(status) in str(told.value)
    assert "geheim" not in str(told.value)
    if isinstance(told.value, Unavailable):
        assert told.value.retry_after == 120


def test_retry_after_is_read_as_seconds_or_date_and_kept_within_a_week() -> None:
    date = "Sat, 21 Nov 2026 10:00:00 GMT"
    assert wait_of({"retry-after": "Sat, 21 Nov 2026 10:02:00 GMT", "date": date}) == 120
    assert wait_of({"retry-after": "Sat, 21 Nov 2026 09:00:00 GMT", "date": date}) == 0
    assert wait_of({"retry-after": "Sat, 21 Nov 2026 10:02:00 GMT"}) is None
    assert wait_of({"retry-after": "999999999"}) == 7 * 86_400
    assert wait_of({"retry-after": "-5"}) is None
    assert wait_of({}) is None


def test_a_body_shorter_than_promised_is_not_taken_for_whole(
    fetcher: Fetcher, server: Server
) -> None:
    server.replies["/feed"] = Reply(body=b"<rss>", length=500)
    with pytest.raises(Away) as told:
        fetcher.get(server.url())
    assert key_of(told.value) == "broken"


def test_a_compressed_body_that_ends_early_is_not_taken_for_whole(
    fetcher: Fetcher, server: Server
) -> None:
    whole = gzip.compress(b"<rss>" * 500)
    server.replies["/feed"] = Reply(body=whole[:-12], headers={"Content-Encoding": "gzip"})
    with pytest.raises(Away) as told:
        fetcher.get(server.url())
    assert key_of(told.value) == "broken"


def test_a_compressed_body_is_decoded_to_the_last_byte(fetcher: Fetcher, server: Server) -> None:
    for size in (0, 1, 65_535, 65_536, 65_537, 1_000_003):
        body = b"ab" * (size // 2) + b"c" * (size % 2)
        server.replies["/feed"] = Reply(
            body=gzip.compress(body), headers={"Content-Encoding": "gzip"}
        )
        assert fetcher.get(server.url()).body == body


def test_a_gzip_bomb_is_stopped_at_the_cap(fetcher: Fetcher, server: Server) -> None:
    press = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(press.compress(bytes(1 << 20)) for _ in range(100)) + press.flush()
    server.replies["/feed"] = Reply(body=bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Spoiled) as told:
        fetcher.get(server.url())
    assert key_of(told.value) == "too_big"
    taken, over = read_body([bomb], "gzip", limit=FEED_LIMIT)
    assert over
    assert len(taken) == FEED_LIMIT


def test_a_page_over_the_cap_is_refused(fetcher: Fetcher, server: Server) -> None:
    server.replies["/feed"] = Reply(body=b"x" * 1001)
    with pytest.raises(Unreadable, match="larger"):
        fetcher.get(server.url(), limit=1000)
    assert len(fetcher.get(server.url(), limit=1001).body) == 1001


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "quatsch", "x" * 500])
def test_unknown_and_nested_encodings_are_refused(
    fetcher: Fetcher, server: Server, encoding: str
) -> None:
    server.replies["/feed"] = Reply(
        body=gzip.compress(b"x"), headers={"Content-Encoding": encoding}
    )
    with pytest.raises(Spoiled) as told:
        fetcher.get(server.url())
    assert key_of(told.value) == "encoding"


def test_a_body_that_is_not_the_gzip_it_claims_is_refused() -> None:
    with pytest.raises(Spoiled):
        read_body([b"not gzip"], "gzip", limit=1000)
    with pytest.raises(Spoiled):
        read_body([gzip.compress(b"x"), b"more"], "gzip", limit=1000)


def test_a_server_that_drips_for_ever_is_left(server: Server) -> None:
    fetcher = Fetcher("Leumund/test", allowed_networks=["127.0.0.1/32"], interval=0, total=0.3)
    with dripping() as drops:
        server.replies["/feed"] = Reply(body=b"<rss>", length=10**6, pieces=drops)
        with pytest.raises(Away) as told:
            fetcher.get(server.url())
    assert key_of(told.value) == "slow"


def test_a_server_that_says_nothing_is_left(server: Server) -> None:
    fetcher = Fetcher("Leumund/test", allowed_networks=["127.0.0.1/32"], interval=0, read=0.2)
    with dripping() as drops:
        silence = (piece[:0] for piece in drops)
        server.replies["/feed"] = Reply(length=10, pieces=silence)
        with pytest.raises(Away) as told:
            fetcher.get(server.url())
    assert key_of(told.value) == "slow"


def test_a_closed_port_is_asked_once_for_all_its_pages(fetcher: Fetcher) -> None:
    with Server() as gone:
        address = gone.url("/a")
    for _ in range(2):
        with pytest.raises(Away) as told:
            fetcher.get(address)
        assert key_of(told.value) == "unreachable"


def test_an_unknown_name_is_no_network(server: Server) -> None:
    def unknown(host: str, port: int, timeout: float) -> list[str]:
        raise OSError("name or service not known")

    with pytest.raises(Away) as told:
        Fetcher("Leumund/test", resolver=unknown).get("https://zeitung.example/feed?key=geheim")
    assert key_of(told.value) == "unresolved"
    assert "geheim" not in str(told.value)


def test_redirects_are_followed_five_times(fetcher: Fetcher, server: Server) -> None:
    for hop in range(6):
        server.replies[f"/{hop}"] = Reply(302, headers={"Location": f"/{hop + 1}"})
    server.replies["/6"] = Reply(body=b"far")
    assert fetcher.get(server.url("/1")).body == b"far"
    with pytest.raises(Spoiled) as told:
        fetcher.get(server.url("/0"))
    assert key_of(told.value) == "redirects"


def test_https_is_checked_and_never_left_for_http(server: Server) -> None:
    authority = trustme.CA()
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    server.replies["/feed"] = Reply(body=b"open")
    with Server() as safe:
        _serve_tls(safe, authority)
        safe.replies["/feed"] = Reply(body=b"safe")
        safe.replies["/down"] = Reply(301, headers={"Location": server.url()})
        address = f"https://127.0.0.1:{safe.port}"
        fetcher = Fetcher("x", allowed_networks=["127.0.0.1/32"], interval=0, tls=trusted)
        assert fetcher.get(f"{address}/feed").body == b"safe"
        with pytest.raises(Away, match="from https to http"):
            fetcher.get(f"{address}/down")
        stranger = Fetcher("x", allowed_networks=["127.0.0.1/32"], interval=0)
        with pytest.raises(Away) as told:
            stranger.get(f"{address}/feed")
    assert key_of(told.value) == "tls"
    assert server.asked == []


def _serve_tls(server: Server, authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.wrap(context)


@pytest.mark.parametrize(
    ("robots", "key"),
    [
        (Reply(200, b"User-agent: *\nDisallow: /feed"), "robots"),
        (Reply(200, b"User-agent: Leumund\nDisallow: /\n\nUser-agent: *\nAllow: /"), "robots"),
        (Reply(500), "robots_away"),
        (Reply(503, headers={"Retry-After": "60"}), "robots_away"),
        (Reply(403), "robots_away"),
        (Reply(429), "robots_away"),
        (Reply(200, b"User-agent", length=400), "broken"),
    ],
)
def test_what_robots_txt_forbids_or_cannot_say_is_not_fetched(
    fetcher: Fetcher, server: Server, robots: Reply, key: str
) -> None:
    server.replies.update({"/robots.txt": robots, "/feed": Reply(body=b"x")})
    for _ in range(2):
        with pytest.raises(LeumundError) as told:
            fetcher.get(server.url())
        assert key_of(told.value) == key
    assert server.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    "robots",
    [
        Reply(404),
        Reply(410),
        Reply(200),
        Reply(200, "\ufeffUser-agent: *\nDisallow: /geheim".encode()),
        Reply(200, b"User-agent: *\nDisallow: /geheim\n" + b"#" * 600_000 + b"\nDisallow: /feed"),
    ],
)
def test_what_robots_txt_does_not_forbid_is_fetched(
    fetcher: Fetcher, server: Server, robots: Reply
) -> None:
    server.replies.update({"/robots.txt": robots, "/feed": Reply(body=b"x")})
    assert fetcher.get(server.url()).body == b"x"


def test_requests_to_a_host_keep_their_distance(server: Server) -> None:
    now, waits = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    server.replies["/robots.txt"] = Reply(200, b"User-agent: *\nCrawl-delay: 7")
    server.replies["/feed"] = Reply(body=b"x")
    fetcher = Fetcher(
        "Leumund/test",
        allowed_networks=["127.0.0.1/32"],
        monotonic=lambda: now[0],
        sleep=sleep,
    )
    for _ in range(3):
        fetcher.get(server.url())
    assert waits == [1.0, 7.0, 7.0]


def test_a_reservation_of_text_and_data_mining_is_told(fetcher: Fetcher, server: Server) -> None:
    server.replies["/feed"] = Reply(body=b"x", headers={"tdm-reservation": "1"})
    assert fetcher.get(server.url()).reserved
    server.replies["/feed"] = Reply(body=b"x", headers={"tdm-reservation": "0"})
    assert not fetcher.get(server.url()).reserved


def test_messages_never_show_queries_or_passwords() -> None:
    assert (
        masked("https://u:p@zeitung.example:8443/f?key=geheim#x")
        == "https://zeitung.example:8443/f?…"
    )
    assert masked("http://[kaputt") == "(unreadable address)"
    with pytest.raises(Barred) as told:
        Fetcher("x").get("https://u:geheim@zeitung.example/")
    assert "geheim" not in str(told.value)
    with pytest.raises(Spoiled) as spoiled:
        judge(
            "https://zeitung.example/?key=geheim",
            Answer(status=200, headers={}, over=True),
            limit=1,
        )
    assert "geheim" not in str(spoiled.value)
