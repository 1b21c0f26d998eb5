"""A small installation that publishes to a real Elasticsearch: its own brands, texts and record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from elasticsearch import Elasticsearch

from leumund import wiring
from leumund.record import ledger, outbox
from leumund.wiring import Parts

CLOCK = datetime(2026, 11, 24, 9, tzinfo=UTC)
SINK = "elasticsearch"
TEXTS = 60
POINTS = ("outbox.after_claim", "publish.after_send", "publish.before_mark", "publish.after_mark")
"""Where publishing is killed; `tests/faults` counts on it."""
CONFIG = """
[elasticsearch]
url = "{url}"
prefix = "{prefix}"
{more}

[[brand]]
name = "Nordwindbank"
peers = ["Sparquell"]
sources = ["netz"]

[[brand]]
name = "Sparquell"
peers = ["Nordwindbank"]
sources = ["netz"]

[[source]]
name = "netz"
type = "files"
path = "drop"
kind = "post"
keep = true
show_text = true
columns = {{ id = "id", text = "text", published_at = "published_at", likes = "likes" }}
"""
SAID = (
    "Die {brand} hat mir heute sofort geholfen, danke dafür, Nummer {n}.",
    "Schon wieder {n} Minuten in der Warteschleife der {brand}, unmöglich.",
    "Weiß jemand, ob die {brand} am {n}. Dezember geöffnet hat?",
    "Die {brand} verlegt ihre Filiale in die Gasse {n}.",
)


@dataclass(frozen=True)
class House:
    """A folder with leumund.toml, the drop folder of its source and LEUMUND_HOME."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "LEUMUND_HOME": str(self.home),
            "LEUMUND_CONFIG": str(self.folder / "leumund.toml"),
            "COLUMNS": "160",
        }

    def drop(self, name: str, texts: int, *, first: int = 0, likes: int = 0) -> None:
        """Texts about both brands, three a day back from the clock."""
        rows = []
        for number in range(first, first + texts):
            brand = ("Nordwindbank", "Sparquell")[number % 2]
            said = SAID[number % len(SAID)].format(brand=brand, n=number)
            at = CLOCK - timedelta(days=1, hours=8 * number)
            rows.append({"id": str(number), "text": said, "published_at": at.isoformat()})
            rows[-1]["likes"] = str(likes)
        path = self.folder / "drop" / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    def leumund(self, *arguments: str, at: str = "") -> subprocess.CompletedProcess[str]:
        """A command of the real program; `at` names the point at which it is killed."""
        return subprocess.run(
            [sys.executable, "-m", "leumund.cli", *arguments],
            cwd=self.folder,
            env=self.environment | ({"LEUMUND_CRASH_AT": at} if at else {}),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def parts(self, clock: datetime = CLOCK) -> Parts:
        return wiring.open_parts(lambda: clock, self.environment)


def built(folder: Path) -> House:
    """The house before anything was collected; it knows no Elasticsearch yet."""
    (folder / "drop").mkdir(parents=True)
    return configured(folder, url="", prefix="unused")


def configured(folder: Path, *, url: str, prefix: str, more: str = "") -> House:
    """The house with another Elasticsearch; `more` are further lines of that table."""
    text = CONFIG.format(url=url, prefix=prefix, more=more)
    (folder / "leumund.toml").write_text(text, "utf-8")
    return House(folder)


def held(client: Elasticsearch, prefix: str, index: str = "mentions") -> dict[str, int]:
    """Identity → checksum of everything behind an alias."""
    client.indices.refresh(index=f"{prefix}-*")
    found = client.search(index=f"{prefix}-{index}", size=10_000)["hits"]["hits"]
    return {hit["_id"]: hit["_source"]["leumund.checksum"] for hit in found}


def wanted(parts: Parts) -> set[str]:
    """The mentions that the record asks for."""
    from leumund.record.feed import brand_key
    from leumund.record.readings import opinions_of

    return {
        f"{mention}-{brand_key(one.brand)}"
        for mention, voices in opinions_of(parts.record).items()
        for one in voices
    }


def whole(parts: Parts) -> None:
    """Nothing waits, nothing was given up, every equation of the ledger holds."""
    queue = outbox.queue(parts.record, SINK)
    assert (queue.pending, queue.dead) == (0, 0)
    assert ledger.balance(parts.record) == []
