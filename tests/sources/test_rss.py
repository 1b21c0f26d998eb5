"""Feeds become mentions with honest times and identities, and recall how their server answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sources.conftest import NOW
from sources.server import Reply, Server

from leumund import config, sources
from leumund.errors import Misconfigured
from leumund.sources.rss import stream_of
from leumund.types import Cursor, Gap, Item, Mention, Reject, Window

MakeTools = Callable[..., sources.Tools]


def rss(*items: str, head: str = "") -> bytes:
    inside = f"<title>T</title>{head}{''.join(items)}"
    return f'<rss version="2.0"><channel>{inside}</channel></rss>'.encode()


def item(title: str = "Musterbahn fährt", inside: str = "") -> str:
    return f"<item><title>{title}</title>{inside}</item>"


def read(
    tools: sources.Tools,
    *urls: str,
    cursors: Mapping[str, Cursor] | None = None,
    options: Mapping[str, Any] | None = None,
) -> list[Item]:
    source = sources.build(
        config.Source.model_validate(
            {"name": "presse", "type": "rss", "urls": list(urls), **(options or {})}
        ),
        tools,
        file=Path("leumund.toml"),
        position=0,
    )
    window = Window(NOW - timedelta(days=1), NOW)
    return list(source.fetch(window, cursors or {}))


def only(items: list[Item]) -> Mention:
    (mention,) = (found for found in items if isinstance(found, Mention))
    return mention


def cursor_of(items: list[Item]) -> dict[str, Cursor]:
    return {found.stream: found for found in items if isinstance(found, Cursor)}


def gaps_of(items: list[Item]) -> list[Gap]:
    return [found for found in items if isinstance(found, Gap)]


def test_an_entry_becomes_a_mention(server: Server, tools: MakeTools) -> None:
    server.replies["/feed"] = Reply(
        body=rss(
            item(
                "Musterbahn &amp;amp; Regioblitz",
                "<guid>7</guid><link>/a?utm_source=x&amp;id=7</link><author>Kim K.</author>"
                "<description>&lt;p&gt;Kurz&lt;/p&gt;</description>"
                "<pubDate>Sat, 21 Nov 2026 12:30:00 MEZ</pubDate>",
            ),
            head="<language>de-AT</language>",
        )
    )
    options = {"kind": "post", "tier": "regional", "reach": 5000}
    mention = only(read(tools(), server.url(), options=options))
    assert mention == Mention(
        source="presse",
        native_id="127.0.0.1:7",
        published_at=datetime(2026, 11, 21, 11, 30, tzinfo=UTC),
        title="Musterbahn & Regioblitz",
        text="Kurz",
        url=server.url("/a?id=7"),
        kind="post",
        tier="regional",
        reach=5000,
        author="hash-of-6",
        language="de",
    )


@pytest.mark.parametrize(
    ("dates", "published", "suspect"),
    [
        ("<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate>", NOW - timedelta(hours=2), False),
        ("<pubDate>Sat, 21 Nov 2026 11:00:00 CET</pubDate>", NOW - timedelta(hours=2), False),
        ("<pubDate>Sat, 21 Nov 2026 12:00:00 MESZ</pubDate>", NOW - timedelta(hours=2), False),
        ("<pubDate>Sat, 21 Nov 2026 11:00:00</pubDate>", NOW - timedelta(hours=2), False),
        ("<pubDate>Sat, 21 Nov 2026 12:05:00 GMT</pubDate>", NOW, False),
        ("<pubDate>Sun, 22 Nov 2026 14:00:00 GMT</pubDate>", NOW, True),
        ("<pubDate>Thu, 01 Jan 2099 00:00:00 GMT</pubDate>", NOW, True),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", NOW, True),
        ("<pubDate>0000-00-00 00:00:00</pubDate>", NOW, True),
        ("<pubDate>gestern</pubDate>", NOW, True),
        ("", NOW, True),
    ],
)
def test_a_live_entry_never_lands_outside_of_its_time(
    server: Server, tools: MakeTools, dates: str, published: datetime, suspect: bool
) -> None:
    server.replies["/feed"] = Reply(body=rss(item(inside=dates)))
    mention = only(read(tools(), server.url()))
    assert mention.published_at == published
    assert ("time_suspect" in mention.extra) is suspect


def test_a_later_update_is_an_edit_and_no_new_time(server: Server, tools: MakeTools) -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>urn:a:1</id>'
        "<title>Zug</title><published>2026-11-21T08:00:00Z</published>"
        "<updated>2026-11-21T09:00:00Z</updated></entry></feed>"
    )
    server.replies["/feed"] = Reply(body=body.encode())
    mention = only(read(tools(), server.url()))
    assert mention.published_at.hour == 8
    assert mention.edited_at == datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("inside", "native_id"),
    [
        ("<guid>https://a.example/1</guid><link>https://a.example/2</link>", "https://a.example/1"),
        ("<guid>tag:a.example,2026:1</guid>", "tag:a.example,2026:1"),
        ("<guid>17</guid>", "127.0.0.1:17"),
        ("<link>https://a.example/2?utm_medium=x</link>", "https://a.example/2"),
    ],
)
def test_an_entry_keeps_the_identity_of_its_publisher(
    server: Server, tools: MakeTools, inside: str, native_id: str
) -> None:
    server.replies["/feed"] = Reply(body=rss(item(inside=inside)))
    assert only(read(tools(), server.url())).native_id == native_id


def test_an_entry_without_any_identity_gets_a_stable_one(server: Server, tools: MakeTools) -> None:
    server.replies["/feed"] = Reply(body=rss(item("Eins"), item("Zwei"), item("x" * 400)))
    first, second = (read(tools(), server.url()) for _ in range(2))
    ids = [found.native_id for found in first if isinstance(found, Mention)]
    assert len(set(ids)) == 3
    assert ids == [found.native_id for found in second if isinstance(found, Mention)]


def test_one_unreadable_entry_swallows_no_neighbour(server: Server, tools: MakeTools) -> None:
    huge = item("zu lang", f"<description>{'ä' * 1_000_001}</description>")
    body = rss(item("vor"), huge, item(""), item("nach")).replace(b"nach", "näch".encode())
    server.replies["/feed"] = Reply(body=body)
    items = read(tools(), server.url())
    assert [m.title for m in items if isinstance(m, Mention)] == ["vor", "näch"]
    rejects = [found for found in items if isinstance(found, Reject)]
    assert [reject.place.rpartition("/feed ")[2] for reject in rejects] == ["zu lang", "entry 3"]
    assert items[-1] == cursor_of(items)[server.url()]
    assert cursor_of(items)[server.url()].fetched == 4


def test_an_entry_with_lost_signs_is_rejected_alone(server: Server, tools: MakeTools) -> None:
    body = rss(item("Züge"), item("Übrig"), item("LXcke")).replace(b"LXcke", b"L\xfccke")
    server.replies["/feed"] = Reply(body=body)
    items = read(tools(), server.url())
    assert [m.title for m in items if isinstance(m, Mention)] == ["Züge", "Übrig"]
    (reject,) = (found for found in items if isinstance(found, Reject))
    assert reject.reason == "signs that could not be decoded"
    assert gaps_of(items) == []


def test_a_dead_feed_does_not_silence_the_others(server: Server, tools: MakeTools) -> None:
    server.replies.update({"/a": Reply(403), "/b": Reply(body=rss(item())), "/c": Reply(500)})
    items = read(tools(), *(server.url(path) for path in ("/a", "/b", "/c")))
    assert [type(found).__name__ for found in items] == [
        "Gap", "Cursor", "Mention", "Cursor", "Gap", "Cursor",
    ]  # fmt: skip
    assert [gap.stream for gap in gaps_of(items)] == [server.url("/a"), server.url("/c")]


def test_a_person_is_called_only_when_no_feed_is_left(server: Server, tools: MakeTools) -> None:
    server.replies.update({"/a": Reply(403), "/b": Reply(410)})
    with pytest.raises(Misconfigured, match=r"403.*410"):
        read(tools(), server.url("/a"), server.url("/b"))


def test_validators_of_the_last_page_are_sent_with_the_next_request(
    server: Server, tools: MakeTools
) -> None:
    date = "Sat, 21 Nov 2026 10:00:00 GMT"
    server.replies["/feed"] = [
        Reply(body=rss(item()), headers={"ETag": '"1"', "Last-Modified": date}),
        Reply(304),
    ]
    known = cursor_of(read(tools(), server.url()))
    items = read(tools(NOW + timedelta(hours=1)), server.url(), cursors=known)
    assert server.asked[-1].headers["If-None-Match"] == '"1"'
    assert server.asked[-1].headers["If-Modified-Since"] == date
    (cursor,) = items
    assert isinstance(cursor, Cursor)
    assert cursor.state == {
        **known[server.url()].state,
        "asked": (NOW + timedelta(hours=1)).isoformat(),
    }


def test_304_to_a_question_without_condition_is_no_answer(server: Server, tools: MakeTools) -> None:
    server.replies["/feed"] = Reply(304)
    (gap, _) = read(tools(), server.url())
    assert isinstance(gap, Gap)


def test_404_is_a_matter_for_a_person_at_the_fourth_time(server: Server, tools: MakeTools) -> None:
    known: dict[str, Cursor] = {}
    for _ in range(3):
        known = cursor_of(read(tools(), server.url(), cursors=known))
    with pytest.raises(Misconfigured, match="404, 4 times in a row"):
        read(tools(), server.url(), cursors=known)
    server.replies["/feed"] = Reply(body=rss(item()))
    known = cursor_of(read(tools(), server.url(), cursors=known))
    server.replies["/feed"] = Reply(404)
    known = cursor_of(read(tools(), server.url(), cursors=known))
    assert known[server.url()].state["missing"] == "1"


def test_410_is_never_asked_again(server: Server, tools: MakeTools) -> None:
    server.replies.update({"/a": Reply(410), "/b": Reply(body=rss(item()))})
    urls = server.url("/a"), server.url("/b")
    known = cursor_of(read(tools(), *urls))
    server.asked.clear()
    items = read(tools(), *urls, cursors=known)
    assert "/a" not in server.paths()
    (gap,) = gaps_of(items)
    assert "endgültig entfernt" in gap.reason


def test_a_server_that_asks_for_patience_gets_it(server: Server, tools: MakeTools) -> None:
    server.replies["/feed"] = Reply(429, headers={"Retry-After": "3600"})
    known = cursor_of(read(tools(), server.url()))
    server.asked.clear()
    items = read(tools(NOW + timedelta(minutes=59)), server.url(), cursors=known)
    assert server.asked == []
    assert "noch nicht gefragt" in gaps_of(items)[0].reason
    server.replies["/feed"] = Reply(body=rss(item()))
    items = read(tools(NOW + timedelta(minutes=60)), server.url(), cursors=cursor_of(items))
    assert only(items)
    assert "wait_until" not in cursor_of(items)[server.url()].state


def test_a_gap_reaches_back_to_the_last_success(server: Server, tools: MakeTools) -> None:
    early = NOW - timedelta(hours=5)
    server.replies["/feed"] = [Reply(body=rss(item()), headers={"ETag": '"1"'}), Reply(500)]
    known = cursor_of(read(tools(early), server.url()))
    items = read(tools(), server.url(), cursors=known)
    (gap,) = gaps_of(items)
    assert (gap.start, gap.end) == (early, NOW)
    assert cursor_of(items)[server.url()].state["etag"] == '"1"'


def test_reserved_texts_are_headline_and_link_only(server: Server, tools: MakeTools) -> None:
    entry = item(inside="<link>https://a.example/1</link><description>Langer Text</description>")
    server.replies["/feed"] = Reply(body=rss(entry), headers={"tdm-reservation": "1"})
    mention = only(read(tools(), server.url()))
    assert (mention.title, mention.text) == ("Musterbahn fährt", "")
    assert mention.url == "https://a.example/1"
    assert mention.terms.startswith("tdm-reservation")


def test_a_key_in_an_address_stays_out_of_the_record(server: Server, tools: MakeTools) -> None:
    first, second = (server.url(f"/feed?key=geheim{n}") for n in (1, 2))
    server.replies["/feed"] = Reply(500)
    items = read(tools(), first, second)
    assert "geheim" not in repr(items)
    assert stream_of(first) != stream_of(second)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"urls": []}, "urls: Tuple should have at least 1 item"),
        ({"urls": ["feed.xml"]}, "not an http or https address"),
        ({"urls": ["file:///etc/passwd"]}, "not an http or https address"),
        ({"urls": ["https://u:geheim@a.example/"]}, "https://a.example/ is not an http"),
        ({"urls": ["https://a.example/", "https://a.example/"]}, "stands there twice"),
        ({"urls": ["https://a.example/"], "url": "x"}, "url: unknown key; allowed are urls"),
        ({}, "urls: Field required"),
    ],
)
def test_wrong_settings_are_named_with_their_key(
    tools: MakeTools, options: dict[str, Any], words: str
) -> None:
    source = config.Source.model_validate({"name": "presse", "type": "rss", **options})
    with pytest.raises(Misconfigured) as told:
        sources.build(source, tools(), file=Path("leumund.toml"), position=0)
    assert words in str(told.value)
    assert "geheim" not in str(told.value)
