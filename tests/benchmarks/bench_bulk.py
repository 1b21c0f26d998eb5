"""Documents per CPU-second of the client: our bulk writer against `helpers.bulk` with defaults.

    .venv/bin/python tests/benchmarks/bench_bulk.py http://localhost:9200 [--documents 20000]

All turn the same mentions into the same index on the same server, in turns; of each engine the
least disturbed round counts. The clock starts with documents in memory and stops when the server
has taken the last one, so that serialisation counts. The last engine also computes revision and
checksum of each document, which the others find in it. Indices are compared afterwards.
"""

from __future__ import annotations

import argparse
import gc
import random
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "pipeline"), str(ROOT / "tests")]

import orjson  # noqa: E402
from elasticsearch import Elasticsearch, helpers  # noqa: E402
from enrich.articles import article  # noqa: E402
from integration.elasticsearch.conftest import wipe  # noqa: E402

from leumund.types import Change, Shown  # noqa: E402
from leumund.views import connection, documents, indices  # noqa: E402
from leumund.views.bulk import ACCEPTED  # noqa: E402
from leumund.views.documents import Document, Origin  # noqa: E402
from leumund.views.elastic import BRISK, Elastic, Pace  # noqa: E402
from leumund.views.generations import counts_and_checksums  # noqa: E402

MONTH = "2026.11"
REVISION = 7
BATCH = 10_000
NAIVE = "helpers.bulk"
FEED = Origin(platform="Nachrichten", tier="regional", reach=None, example=False, show_text=True)
Documents = Iterable[Document]
Made = Callable[[], Documents]
Write = Callable[[Documents], None]


def synthetic(count: int) -> list[Shown]:
    """Mentions as the record holds them, with texts of 150 to 600 characters."""
    rng = random.Random(11)
    texts = [article(rng)[: rng.randint(150, 600)] for _ in range(500)]
    found = []
    for at in range(count):
        tone = sorted((rng.random(), rng.random()))
        found.append(
            Shown(
                id=f"{rng.getrandbits(128):032x}",
                brand=("Nordbahn", "Müller & Söhne", "Talwasser")[at % 3],
                negative=tone[0],
                neutral=tone[1] - tone[0],
                positive=1 - tone[1],
                story=None,
                source=f"zeitung-{at % 40}",
                native_id=str(at),
                published_at=1_793_500_000_000_000 + at * 20_000_000,
                collected_at=1_793_500_060_000_000 + at * 20_000_000,
                day="2026-11-03",
                kind="article",
                title=texts[at % 500][:70],
                text=texts[(at * 7) % 500],
                url=f"https://zeitung-{at % 40}.example/artikel/{at}",
                outlet=f"Zeitung {at % 40}",
                reach=float(rng.randint(1_000, 900_000)),
                tier=None,
                region="Hessen",
                likes=rng.randint(0, 90),
                shares=None,
                comments=3,
                rating=None,
                owned=0,
                label="",
                signature="0123456789abcdef",
                extra="{}",
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one engine for one round."""

    cpu: float
    wall: float


def timed(write: Write, made: Made) -> Took:
    """What is in memory before belongs to neither side: the collector is kept from walking it."""
    gc.collect()
    gc.freeze()
    cpu, wall = time.process_time(), time.perf_counter()
    write(made())
    took = Took(time.process_time() - cpu, time.perf_counter() - wall)
    gc.unfreeze()
    return took


def ours(
    url: str, prefix: str, *, encoded: Callable[[Document], bytes], pace: Pace | None = None
) -> Write:
    client = connection.opened(url, timeout=120)
    client.info()
    view = Elastic(
        client, prefix=prefix, sleep=time.sleep, random=random.Random(1).random, pace=pace
    )

    def write(made: Documents) -> None:
        for batch in batches(made):
            changes = [change(one["event.id"], encoded(one)) for one in batch]
            assert view.publish(changes).fates == (ACCEPTED,) * len(batch)

    return write


def change(name: Any, body: bytes) -> Change:
    return Change(object=name, revision=REVISION, index="mentions", id=name, month=MONTH, body=body)


def complete(document: Document) -> bytes:
    """JSON of a document that has its revision and checksum; sliced, as that copy is compact."""
    option = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(document, option=option)[:-1]


def as_published(document: Document) -> bytes:
    """JSON of a document that gets its revision and checksum only now."""
    return documents.encoded(document, REVISION)


def batches(made: Documents) -> Iterator[list[Document]]:
    source = iter(made)
    while batch := list(islice(source, BATCH)):
        yield batch


def default(url: str, prefix: str) -> Write:
    """As the library's documentation shows it, but for a longer time-out."""
    client = Elasticsearch(url, request_timeout=120)
    client.info()
    index = f"{prefix}-mentions-{MONTH}"

    def write(made: Documents) -> None:
        helpers.bulk(
            client, ({"_index": index, "_id": one["event.id"], "_source": one} for one in made)
        )

    return write


def marked(document: Document) -> Document:
    """With the two fields that every document in the index has."""
    body = documents.encoded(document, REVISION)
    return document | {
        "leumund.revision": REVISION,
        "leumund.checksum": documents.checksum(body),
    }


ENGINES: dict[str, Callable[[str, str], Write]] = {
    NAIVE: default,
    "ours": partial(ours, encoded=complete),
    "ours, two at once": partial(ours, encoded=complete, pace=BRISK),
    "ours, as published": partial(ours, encoded=as_published, pace=BRISK),
}


def compare(url: str, rows_to_documents: Mapping[str, Made], rounds: int) -> None:
    """Prints the engines and their ratios, and stops where their indices differ.

    Args:
        url: a server without security.
        rows_to_documents: by engine, what it is to write; called while the clock runs.
        rounds: in each of them every engine fills an index of its own.
    """
    took: dict[str, list[Took]] = {name: [] for name in rows_to_documents}
    count = 0
    with connection.opened(url, timeout=120) as client:
        for turn in range(rounds):
            found = {}
            for name in sorted(rows_to_documents, reverse=bool(turn % 2)):
                prefix = f"t{secrets.token_hex(4)}"
                indices.apply(client, prefix, months=[MONTH])
                try:
                    write = ENGINES[name](url, prefix)
                    took[name].append(timed(write, rows_to_documents[name]))
                    found[name] = content(client, prefix)
                finally:
                    wipe(client, prefix)
            assert all(one == found[NAIVE] for one in found.values()), "the indices differ"
            count = found[NAIVE][0]
    show(took, count)


def content(client: Elasticsearch, prefix: str) -> tuple[int, int, list[Document]]:
    """Count, sum of checksums, and 200 documents with their times parsed."""
    client.indices.refresh(index=f"{prefix}-mentions")
    (sums,) = (
        one for place, one in counts_and_checksums(client, prefix).items() if place.month == MONTH
    )
    hits = client.search(index=f"{prefix}-mentions", size=200, sort="event.id")["hits"]["hits"]
    return *sums, [{name: parsed(value) for name, value in hit["_source"].items()} for hit in hits]


def parsed(value: object) -> object:
    try:
        return datetime.fromisoformat(str(value)) if isinstance(value, str) else value
    except ValueError:
        return value


def show(took: Mapping[str, Sequence[Took]], count: int) -> None:
    print(f"{count:,} documents, best of {len(took[NAIVE])} rounds; the indices are equal")
    cpu = {name: min(one.cpu for one in all_) for name, all_ in took.items()}
    wall = {name: min(one.wall for one in all_) for name, all_ in took.items()}
    for name in took:
        print(
            f"  {name:20} {count / cpu[name]:9,.0f} documents per CPU-second "
            f"({cpu[name] / count * 1e6:5.2f} µs each, {cpu[NAIVE] / cpu[name]:4.1f} ×), "
            f"{count / wall[name]:7,.0f} per second ({wall[NAIVE] / wall[name]:.2f} ×)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--documents", type=int, nargs="+", default=[20_000])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    for count in asked.documents:
        held = [documents.mention(row, FEED, answered=False) for row in synthetic(count)]
        plain = [marked(document) for document in held]
        size = sum(len(documents.encoded(one, REVISION)) for one in held) // count
        print(f"from documents in memory, {size:,} bytes each")
        made: dict[str, Made] = {name: lambda: plain for name in ENGINES}  # noqa: B023
        made["ours, as published"] = lambda: held  # noqa: B023
        compare(asked.url, made, asked.rounds)
        print("from rows of the record, the documents built while the clock runs")
        compare(asked.url, from_rows(synthetic(count), plain), asked.rounds)


def from_rows(rows: Sequence[Shown], plain: Sequence[Document]) -> dict[str, Made]:
    """Documents built from rows on the fly; the naive engine is given the checksums."""
    extra = [
        {name: one[name] for name in ("leumund.revision", "leumund.checksum")} for one in plain
    ]

    def naive() -> Documents:
        for row, more in zip(rows, extra, strict=True):
            yield documents.mention(row, FEED, answered=False) | more

    def built() -> Documents:
        return (documents.mention(row, FEED, answered=False) for row in rows)

    return {NAIVE: naive, "ours, as published": built}


if __name__ == "__main__":
    main()
