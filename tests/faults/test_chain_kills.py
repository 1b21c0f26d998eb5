"""A real kill between any two steps of the chain loses nothing and doubles nothing."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import ssl
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme
from aiosmtpd.controller import Controller
from faults import test_record_kills as of_the_record
from faults.kill import kill_and_finish, run
from integration.elasticsearch import house as of_publishing
from sources.server import Reply, Server

from leumund import crash
from leumund.record import dump, health, ledger, open_record, signals

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPT = str(Path(__file__).with_name("chain_work.py"))
COLLECT = (
    "fetch.before_request",
    "fetch.mid_body",
    "fetch.after_body",
    "parse.mid_page",
    "parse.after_page",
)
LATER = {
    "enrich.after_model": "enrich",
    "score.after_tally": "score",
    "alert.after_decide_before_outbox": "alert",
    "alert.after_send_before_mark": "alert",
}
STEPS = ("collect", "enrich", "score", "alert")
SETTINGS = """
[method]
budget = 12  # false alarms a year: the crisis shall be found whatever the model

[[brand]]
name = "Musterbahn"
sources = ["netz", "presse", "bewertungen", "feed"]

[[source]]
name = "netz"
type = "files"
path = "texte"
patterns = ["netz.jsonl"]
kind = "post"
reach = 20000
keep = true

[[source]]
name = "presse"
type = "files"
path = "texte"
patterns = ["presse.csv"]
reach = 90000
keep = true

[[source]]
name = "bewertungen"
type = "files"
path = "texte"
patterns = ["bewertungen.tsv"]
kind = "review"
reach = 20000
keep = true

[[source]]
name = "feed"
type = "rss"
keep = true
urls = ["{feed}"]

[[alert]]
name = "Presse"
channel = "mail"
to = ["presse@beispiel.example"]

[mail]
host = "127.0.0.1"
port = {port}
sender = "leumund@beispiel.example"
ca_file = "{authority}"
"""
FEED = (Path(__file__).parents[1] / "sources/cases/rss/usual.xml").read_bytes()
FIRST, LAST = date(2026, 7, 23), date(2026, 11, 10)
DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)T|(\d\d)\.(\d\d)\.(\d{4}) \d\d:")


class Mailbox:
    def __init__(self) -> None:
        self.ids: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.ids.append(message_from_bytes(bytes(envelope.content))["Message-ID"])
        return "250 kept"


class Day(NamedTuple):
    """A folder with settings and texts, the moment of the run, and where the mails arrive."""

    folder: Path
    clock: str
    mailbox: Mailbox

    def later(self) -> Day:
        """The same morning when the lease of a dead sender has run out."""
        return self._replace(clock=self.clock.replace("T07:00", "T07:10"))

    def command(self, home: Path, *steps: str) -> list[str]:
        return [SCRIPT, str(self.folder / "leumund.toml"), str(home), self.clock, *steps]


@pytest.fixture(scope="module")
def feed() -> Iterator[str]:
    with Server() as server:
        server.replies["/feed"] = Reply(body=FEED, headers={"Content-Type": "text/xml"})
        yield server.url("/feed")


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mailbox, int, Path]]:
    authority = trustme.CA()
    pem = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    yield mailbox, port, pem
    controller.stop()


def written(folder: Path, last: date, *, feed: str, post: tuple[Mailbox, int, Path]) -> None:
    """Settings and the example texts about one brand, up to a day."""
    (folder / "texte").mkdir(parents=True)
    for name in ("netz.jsonl", "presse.csv", "bewertungen.tsv"):
        head, *lines = (EXAMPLES / name).read_text("utf-8-sig").splitlines()
        chosen = [line for line in (head, *lines) if line == head or _in_time(line, last)]
        (folder / "texte" / name).write_text("\n".join(chosen) + "\n", encoding="utf-8")
    settings = SETTINGS.format(feed=feed, port=post[1], authority=post[2])
    (folder / "leumund.toml").write_text(settings, encoding="utf-8")


def _in_time(line: str, last: date) -> bool:
    """A line about the brand from FIRST to `last`; ISO dates and German ones."""
    found = DAY.search(line)
    if found is None or "musterbahn-" not in line:
        return False
    year, month, day, day2, month2, year2 = (int(part or 0) for part in found.groups())
    return FIRST <= date(year or year2, month or month2, day or day2) <= last


@pytest.fixture(scope="module")
def day(
    feed: str, post: tuple[Mailbox, int, Path], tmp_path_factory: pytest.TempPathFactory
) -> Day:
    """The morning after the day whose decision raises the alarm of the planted crisis."""
    scout = tmp_path_factory.mktemp("scout")
    written(scout, LAST, feed=feed, post=post)
    after = Day(scout, f"{LAST + timedelta(days=1)}T07:00:00+01:00", post[0])
    ended = run(after.command(scout / "home", *STEPS))
    assert ended.returncode == 0, ended.stderr
    with open_record(scout / "home/record.sqlite") as record:
        raised = next(s.day for s in signals.load(record) if s.kind == "drop")
    folder = tmp_path_factory.mktemp("day")
    written(folder, raised, feed=feed, post=post)
    return Day(folder, f"{raised + timedelta(days=1)}T07:00:00+01:00", post[0])


@pytest.fixture(scope="module")
def done(day: Day, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes as they are before each step, and at the end; nothing was killed."""
    homes, home = {}, tmp_path_factory.mktemp("undisturbed") / "home"
    for step in STEPS:
        if home.exists():
            homes[step] = home.with_name(step)
            shutil.copytree(home, homes[step])
        ended = run(day.command(home, step))
        assert ended.returncode == 0, ended.stderr
    return homes | {"end": home}


def outcome(home: Path) -> list[str]:
    with open_record(home / "record.sqlite") as record:
        assert health.damage(record) == []
        assert ledger.balance(record) == []
        return [*dump.canonical(record), *dump.results(record)]


@pytest.mark.parametrize("point", COLLECT)
def test_collecting_goes_on_where_it_was_killed(
    point: str, day: Day, done: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(done["enrich"] / "keys", tmp_path / "keys")
    assert kill_and_finish(day.command(tmp_path, "collect"), point, passes=[1]) == 1
    assert outcome(tmp_path) == outcome(done["enrich"])


@pytest.mark.parametrize("point", LATER)
def test_later_steps_end_as_if_nothing_had_happened(
    point: str, day: Day, done: dict[str, Path], tmp_path: Path
) -> None:
    home, step = tmp_path / "home", LATER[point]
    shutil.copytree(done[step], home)
    before = len(day.mailbox.ids)
    steps = STEPS[STEPS.index(step) :]
    assert run(day.command(home, *steps), at=f"{point}:1").returncode == -signal.SIGKILL
    for again in (day, day.later()):
        ended = run(again.command(home, *steps))
        assert ended.returncode == 0, ended.stderr
    assert outcome(home) == outcome(done["end"])
    sent = day.mailbox.ids[before:]
    assert len(set(sent)) == 1, "never lost, and sent again only with the same Message-ID"
    assert len(sent) == (2 if point == "alert.after_send_before_mark" else 1)


def test_every_named_point_is_killed_somewhere() -> None:
    of_the_chain = {*COLLECT, *LATER, *of_publishing.POINTS, "migrate.mid_step"}
    killed = {*of_the_chain, *of_the_record.WORK, *of_the_record.FORGET}
    assert killed == set(crash.POINTS)
