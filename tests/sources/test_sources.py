"""What every source promises, checked for each file in `leumund/sources`.

A source must have three recordings of its own (usual, empty, odd) and `expected.json` in
`cases/<type>/`; the faults of the web are played to it by this suite.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sources.conftest import NOW
from sources.server import Reply, Server

from leumund import config, registry, sources
from leumund.errors import Misconfigured
from leumund.types import Cursor, Deletion, Gap, Item, Mention, Reject, Window

CASES = Path(__file__).parent / "cases"
TYPES = registry.names("leumund.sources")
KINDS = ("usual", "empty", "odd")
MakeTools = Callable[..., sources.Tools]


@dataclass
class Stage:
    """One source type set up on its recordings: a server for one that asks, else a folder."""

    type: str
    server: Server
    folder: Path

    @property
    def expected(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((CASES / self.type / "expected.json").read_text("utf-8"))
        return found

    @property
    def config(self) -> config.Source:
        text = json.dumps(self.expected["settings"])
        filled = text.replace("{url}", self.server.url()).replace("{folder}", str(self.folder))
        return config.Source.model_validate(
            {"name": "Prüfquelle", "type": self.type, "kind": "article", **json.loads(filled)}
        )

    def recorded(self, kind: str) -> Path:
        return next((CASES / self.type).glob(f"{kind}.*"))

    def play(self, kind: str) -> None:
        """Let the source find this recording, with a validator where it asks a server."""
        path = self.recorded(kind)
        self.server.replies["/feed"] = Reply(body=path.read_bytes(), headers={"ETag": f'"{kind}"'})
        self.folder.mkdir(exist_ok=True)
        for old in self.folder.iterdir():
            old.unlink()
        (self.folder / f"export{path.suffix}").write_bytes(path.read_bytes())

    def read(
        self, tools: sources.Tools, window: Window, cursors: Mapping[str, Cursor] | None = None
    ) -> list[Item]:
        source = sources.build(self.config, tools, file=Path("leumund.toml"), position=0)
        return list(source.fetch(window, cursors or {}))


@pytest.fixture(params=TYPES)
def stage(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Stage:
    return Stage(request.param, server, tmp_path / "inbox")


def of(items: list[Item], kind: type) -> list[Any]:
    return [item for item in items if isinstance(item, kind)]


def cursors_of(items: list[Item]) -> dict[str, Cursor]:
    return {cursor.stream: cursor for cursor in of(items, Cursor)}


@pytest.mark.parametrize("name", TYPES)
def test_every_source_has_its_recordings(name: str) -> None:
    for kind in KINDS:
        assert list((CASES / name).glob(f"{kind}.*")), f"{name}: no recorded case {kind!r}"
    expected = json.loads((CASES / name / "expected.json").read_text("utf-8"))
    assert {"settings", *KINDS} <= expected.keys()


def test_no_recording_is_left_over() -> None:
    assert {path.name for path in CASES.iterdir()} == set(TYPES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_is_read_as_expected_and_every_item_is_counted(
    stage: Stage, kind: str, tools: MakeTools, window: Window
) -> None:
    stage.play(kind)
    items = stage.read(tools(), window)
    counts = {
        "mentions": len(of(items, Mention)),
        "rejects": len(of(items, Reject)),
        "gaps": len(of(items, Gap)),
    }
    assert counts == stage.expected[kind]
    last = items[-1]
    assert isinstance(last, Cursor)
    assert last.complete
    counted = len(of(items, Mention)) + len(of(items, Reject)) + len(of(items, Deletion))
    assert sum(cursor.fetched for cursor in of(items, Cursor)) == counted


def test_a_mention_is_storable_and_carries_no_name_of_a_person(
    stage: Stage, tools: MakeTools, window: Window
) -> None:
    stage.play("usual")
    for mention in of(stage.read(tools(), window), Mention):
        assert mention.source == "Prüfquelle"
        assert mention.published_at.utcoffset() == timedelta(0)
        assert mention.published_at <= NOW
        assert mention.title or mention.text
        assert "@kurt_w" not in mention.text
        assert mention.author is None or mention.author.startswith("hash-of-")
        f"{mention}".encode()


def test_the_same_recording_twice_gives_the_same_mentions(
    stage: Stage, tools: MakeTools, window: Window
) -> None:
    stage.play("usual")
    first, second = (stage.read(tools(), window) for _ in range(2))
    assert first == second


def test_what_is_unchanged_costs_no_second_reading(
    stage: Stage, tools: MakeTools, window: Window
) -> None:
    stage.play("usual")
    known = cursors_of(stage.read(tools(), window))
    stage.server.replies["/feed"] = Reply(304)
    (again,) = stage.read(tools(), window, known)
    assert isinstance(again, Cursor)
    assert again.not_modified
    assert again.complete


def test_a_cursor_of_other_brand_rules_is_void(
    stage: Stage, tools: MakeTools, window: Window
) -> None:
    stage.play("usual")
    known = cursors_of(stage.read(tools(), window))
    again = stage.read(tools(rules="rules-2"), window, known)
    assert len(of(again, Mention)) == stage.expected["usual"]["mentions"]
    assert all("If-None-Match" not in asked.headers for asked in stage.server.asked)


def test_unknown_settings_are_refused_with_the_allowed_ones(stage: Stage, tools: MakeTools) -> None:
    wrong = stage.config.model_copy(update={"options": {**stage.config.options, "farbe": "rot"}})
    with pytest.raises(Misconfigured, match="farbe: unknown key; allowed are"):
        sources.build(wrong, tools(), file=Path("leumund.toml"), position=0)


def test_an_unknown_type_is_refused_with_the_allowed_ones(tools: MakeTools) -> None:
    wrong = config.Source.model_validate({"name": "x", "type": "telepathie"})
    with pytest.raises(Misconfigured, match="'telepathie' is not one of files, rss"):
        sources.build(wrong, tools(), file=Path("leumund.toml"), position=0)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY {b} "{"&" + a + ";"}{("&" + a + ";") * 9}">'.encode()
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + b']><rss version="2.0"><channel><item><title>&j;</title></item></channel></rss>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "%s">]>'
    b'<rss version="2.0"><channel><item><title>&x;</title></item></channel></rss>'
)
PAGE = b"<!DOCTYPE html><html><body><h1>Bitte anmelden</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """An answer, the words its gap must carry, and whether a person has to act."""

    reply: Reply
    words: str
    person: bool = False


FAULTS = {
    "401": Fault(Reply(401), "verweigert den Zugang", person=True),
    "403": Fault(Reply(403), "verweigert den Zugang", person=True),
    "404": Fault(Reply(404), "gibt es nicht (404)"),
    "410": Fault(Reply(410), "endgültig entfernt", person=True),
    "429": Fault(
        Reply(429, headers={"Retry-After": "900"}), "später zu fragen; frühestens in 900 s"
    ),
    "500": Fault(Reply(500), "meldet einen Fehler"),
    "503": Fault(Reply(503), "später zu fragen"),
    "0 bytes": Fault(Reply(200), "Leere Antwort (0 Bytes)"),
    "only spaces": Fault(Reply(body=b" \n "), "Leere Antwort"),
    "truncated": Fault(Reply(body=b"<rss version", length=5000), "brach ab"),
    "html": Fault(Reply(body=PAGE), "HTML-Seite statt eines Feeds"),
    "html without doctype": Fault(Reply(body=b"<html><p>x</p></html>"), "HTML-Seite"),
    "json": Fault(Reply(body=b'{"error": 1}'), "kein Feed"),
    "other xml": Fault(Reply(body=b"<?xml version='1.0'?><kml/>"), "kein Feed"),
    "random bytes": Fault(Reply(body=bytes(range(256)) * 4), "kein Feed"),
    "billion laughs": Fault(Reply(body=LAUGHS), "DTD oder Entitäten"),
    "billion laughs in UTF-16": Fault(Reply(body=LAUGHS.decode().encode("utf-16")), "DTD oder"),
    "file entity": Fault(Reply(body=OUTSIDE % b"file:///etc/passwd"), "DTD oder Entitäten"),
    "gzip bomb": Fault(
        Reply(body=gzip.compress(bytes(20_000_000)), headers={"Content-Encoding": "gzip"}),
        "größer als erlaubt",
    ),
    "unknown encoding": Fault(Reply(body=b"x", headers={"Content-Encoding": "br"}), "Kompression"),
    "redirect to itself": Fault(Reply(302, headers={"Location": "/feed"}), "Weiterleitungen"),
    "redirect to a file": Fault(
        Reply(302, headers={"Location": "file:///etc/passwd"}), "nicht ins öffentliche Internet"
    ),
}


@pytest.fixture(params=[name for name in TYPES if registry.find("leumund.sources", name).POLLED])
def polled(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Stage:
    """A source that asks a server."""
    return Stage(request.param, server, tmp_path / "inbox")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_web_is_a_gap_with_a_plain_reason(
    polled: Stage, name: str, tools: MakeTools, window: Window
) -> None:
    fault = FAULTS[name]
    polled.server.replies["/feed"] = fault.reply
    source = sources.build(polled.config, tools(), file=Path("leumund.toml"), position=0)
    items: list[Item] = []
    try:
        for item in source.fetch(window, {}):
            items.append(item)
        assert not fault.person
    except Misconfigured:
        assert fault.person
    gap, cursor = items
    assert isinstance(gap, Gap)
    assert fault.words in gap.reason
    assert (gap.start, gap.end) == (window.start, window.end)
    assert isinstance(cursor, Cursor)
    assert not cursor.complete
    assert cursor.stream == gap.stream


def test_a_redirect_to_loopback_reaches_nobody(
    polled: Stage, tools: MakeTools, window: Window
) -> None:
    with Server("127.0.0.2") as canary:
        canary.replies["/feed"] = Reply(body=polled.recorded("usual").read_bytes())
        polled.server.replies["/feed"] = Reply(302, headers={"Location": canary.url()})
        gap, _ = polled.read(tools(), window)
    assert isinstance(gap, Gap)
    assert "nicht ins öffentliche Internet" in gap.reason
    assert canary.asked == []


def test_an_entity_that_points_outside_reaches_nobody(
    polled: Stage, tools: MakeTools, window: Window
) -> None:
    with Server() as canary:
        polled.server.replies["/feed"] = Reply(body=OUTSIDE % canary.url("/x").encode())
        gap, _ = polled.read(tools(), window)
        dtd = f'<!DOCTYPE rss SYSTEM "{canary.url("/x.dtd")}">'.encode()
        polled.server.replies["/feed"] = Reply(
            body=polled.recorded("usual").read_bytes().replace(b"<rss", dtd + b"<rss", 1)
        )
        assert len(of(polled.read(tools(), window), Mention)) == 3
    assert isinstance(gap, Gap)
    assert canary.asked == []


@pytest.mark.parametrize(
    ("robots", "words", "person"),
    [
        (Reply(200, b"User-agent: *\nDisallow: /"), "untersagt den Abruf", True),
        (Reply(500), "robots.txt der Quelle ist nicht lesbar", False),
    ],
)
def test_robots_txt_decides(
    polled: Stage, tools: MakeTools, window: Window, robots: Reply, words: str, person: bool
) -> None:
    polled.play("usual")
    polled.server.replies["/robots.txt"] = robots
    source = sources.build(polled.config, tools(), file=Path("leumund.toml"), position=0)
    items = source.fetch(window, {})
    gap = next(items)
    assert isinstance(gap, Gap)
    assert words in gap.reason
    next(items)
    with pytest.raises(Misconfigured if person else StopIteration):
        next(items)
    assert "/feed" not in polled.server.paths()


def test_no_entries_where_there_were_some_is_a_gap_and_not_a_quiet_day(
    polled: Stage, tools: MakeTools, window: Window
) -> None:
    polled.play("usual")
    known = cursors_of(polled.read(tools(), window))
    polled.play("empty")
    later = NOW + timedelta(hours=1)
    gap, cursor = polled.read(tools(later), Window(window.start, later), known)
    assert isinstance(gap, Gap)
    assert "keine Einträge" in gap.reason
    assert gap.start == NOW  # the last success, not the start of the window
    assert isinstance(cursor, Cursor)
    assert not cursor.complete


def test_a_truncated_page_is_a_gap_and_what_stands_in_it_is_kept(
    polled: Stage, tools: MakeTools, window: Window
) -> None:
    whole = polled.recorded("usual").read_bytes()
    cut = whole[: whole.rindex(b"<item>") + 20]
    polled.server.replies["/feed"] = Reply(body=cut, headers={"ETag": '"half"'})
    items = polled.read(tools(), window)
    assert len(of(items, Mention)) >= 2
    (gap,) = of(items, Gap)
    assert "fehlerhaft" in gap.reason
    (cursor,) = of(items, Cursor)
    assert not cursor.complete
    assert "etag" not in cursor.state


def test_a_wrong_charset_in_the_header_costs_no_letter(
    polled: Stage, tools: MakeTools, window: Window
) -> None:
    for kind, charset in (("usual", "iso-8859-1"), ("usual", "quatsch"), ("odd", "utf-8")):
        polled.server.replies["/feed"] = Reply(
            body=polled.recorded(kind).read_bytes(),
            headers={"Content-Type": f"application/rss+xml; charset={charset}"},
        )
        items = polled.read(tools(), window)
        assert of(items, Gap) == []
        assert all("\ufffd" not in m.title + m.text for m in of(items, Mention))
        assert any("ü" in m.title + m.text for m in of(items, Mention))


def test_the_same_page_twice_gives_the_same_identities(
    polled: Stage, tools: MakeTools, window: Window
) -> None:
    polled.play("usual")
    known = cursors_of(polled.read(tools(), window))
    first = {m.id for m in of(polled.read(tools(), window), Mention)}
    again = {m.id for m in of(polled.read(tools(), window, known), Mention)}
    assert first == again
    assert len(first) == 3
