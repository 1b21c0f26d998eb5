"""Puts the written example texts on 120 days and writes the three input files.

The texts in `texts/` were written one by one. Only their place in time is drawn, by SEED; what is
planted (a crisis, a silence, a hype, an agency story with 40 reprints) stands in PLANTED.
Run `python examples/arrange.py [--seed N] [--check]`.
"""

import argparse
import csv
import json
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
SEED = 3
FIRST, DAYS = date(2026, 7, 23), 120
BERLIN = ZoneInfo("Europe/Berlin")
BRANDS = ("musterbahn", "regioblitz", "talexpress")
CRISIS, CRISIS_VOLUME = date(2026, 11, 3), (22, 30, 32, 28, 24, 20, 18, 16)
HYPE, HYPE_VOLUME = date(2026, 9, 11), (22, 32, 21)
AGENCY = date(2026, 10, 6)
SILENCE = (date(2026, 10, 12), date(2026, 10, 24))
REACH = {
    "Märkische Post": 410_000,
    "Auentaler Anzeiger": 95_000,
    "Neuwasser Tageblatt": 120_000,
    "Landfunk Nord": 530_000,
    "Bahnblick": 60_000,
    "Steinfurtheimer Kurier": 88_000,
    "Seebrücker Bote": 70_000,
    "nna": 900_000,
}
FIELDS = ("id", "group", "kind", "outlet", "url", "title", "text", "published_at", "author")
FIELDS += ("reply_to", "owned", "reach", "rating", "likes", "tone")
Row = dict[str, Any]


def pool(brand: str) -> list[Row]:
    lines = (HERE / "texts" / f"{brand}.jsonl").read_text("utf-8").splitlines()
    return [{**json.loads(line), "no": i, "slug": brand} for i, line in enumerate(lines)]


def ordinary_days(brand: str) -> list[date]:
    days = [FIRST + timedelta(n) for n in range(DAYS)]
    if brand == "talexpress":
        days = [day for day in days if not SILENCE[0] <= day < SILENCE[1]]
    return days


def spread(count: int, days: list[date], rng: random.Random) -> list[date]:
    """Four on every day, the rest at random with quieter week-ends."""
    places = [day for day in days for _ in range(4)]
    weights = [0.6 if day.weekday() > 4 else 1.0 for day in days]
    places += rng.choices(days, weights, k=count - len(places))
    rng.shuffle(places)
    return places


def moment(day: date, rng: random.Random) -> datetime:
    hour = min(23, max(5, round(rng.gauss(13, 4.2))))
    return datetime.combine(day, time(hour, rng.randrange(60)), BERLIN)


def planted(rows: list[Row], start: date, volumes: tuple[int, ...], rng: random.Random) -> None:
    rng.shuffle(rows)
    days = [start + timedelta(n) for n, volume in enumerate(volumes) for _ in range(volume)]
    for i, row in enumerate(rows):
        row["at"] = moment(days[i % len(days)], rng)


def keep_silent(rows: list[Row], rng: random.Random) -> None:
    """Who names the silent brand beside another one does so on another day."""

    def names(row: Row) -> bool:
        return "Talexpress" in f"{row.get('title', '')} {row['text']}"

    def silent(row: Row) -> bool:
        return SILENCE[0] <= row["at"].date() < SILENCE[1]

    free = [row for row in rows if not names(row) and not silent(row)]
    for row in rows:
        if names(row) and silent(row):
            other = free.pop(rng.randrange(len(free)))
            row["at"], other["at"] = other["at"], row["at"]


def dated(brand: str, rng: random.Random) -> list[Row]:
    """All texts of a brand with their moment; answers follow what they answer."""
    rows = pool(brand)
    starts = {row["thread"]: row for row in reversed(rows) if row.get("thread")}
    counting = [
        row
        for row in rows
        if row["group"] == "calm"
        and not row.get("owned")
        and starts.get(row.get("thread", ""), row) is row
    ]
    for row, day in zip(counting, spread(len(counting), ordinary_days(brand), rng), strict=True):
        row["at"] = moment(day, rng)
    keep_silent(counting, rng)
    planted(
        [r for r in rows if r["group"] == "crisis" and not r.get("owned")],
        CRISIS,
        CRISIS_VOLUME,
        rng,
    )
    planted(
        [r for r in rows if r["group"] == "hype" and not r.get("owned")], HYPE, HYPE_VOLUME, rng
    )
    for row in rows:
        if row["group"] == "agency":
            row["at"] = datetime.combine(AGENCY, time(9, 12), BERLIN)
        elif "at" not in row and (start := starts.get(row.get("thread", ""))) and start is not row:
            previous = start.get("last", start)
            row["at"] = previous["at"] + timedelta(minutes=rng.randrange(20, 600))
            row["reply_to"] = identity(previous)
            start["last"] = row
        elif "at" not in row:
            row["at"] = moment(rng.choice(ordinary_days(brand)), rng)
    return rows


def reprints(story: Row, rng: random.Random) -> Iterator[Row]:
    """What outlets do with an agency story: take it whole, cut it, or put their own line above."""
    outlets = [o for o in (HERE / "texts/outlets.txt").read_text("utf-8").splitlines() if o][:40]
    sentences = story["text"].split(". ")
    for i, outlet in enumerate(outlets):
        cut = sentences if i % 3 else sentences[:-1]
        text = ". ".join(cut).rstrip(".") + "."
        title = story["title"] if i % 4 else f"{story['brand']}: {story['title']}"
        yield {
            **story,
            "no": f"{story['no']}-{i + 1}",
            "source": outlet,
            "title": title,
            "text": text,
            "group": "reprint",
            "at": story["at"] + timedelta(minutes=25 + rng.randrange(1500)),
        }


def identity(row: Row) -> str:
    return f"{row['slug']}-{row['no']}"


def record(row: Row, rng: random.Random) -> Row:
    """A row as the input files have it. Addresses end in .example, which nobody can own."""
    post = row["kind"] in ("post", "comment", "reply")
    author = row["slug"] if row.get("owned") else f"person{rng.randrange(2400)}"
    return {
        "id": identity(row),
        "group": row["group"],
        "kind": row["kind"],
        "outlet": row["source"],
        "url": f"https://beispiel.example/{identity(row)}",
        "title": row.get("title", ""),
        "text": row["text"],
        "published_at": row["at"],
        "author": author if post or row["kind"] == "review" else "",
        "reply_to": row.get("reply_to", ""),
        "owned": "ja" if row.get("owned") else "",
        "reach": REACH.get(row["source"], 20_000 if row["group"] == "reprint" else ""),
        "rating": row.get("rating", ""),
        "likes": rng.randrange(30) if post else "",
        "tone": row["tone"],
    }


def arranged(seed: int) -> list[Row]:
    """All rows in order of time."""
    rng = random.Random(seed)
    rows = [row for brand in BRANDS for row in dated(brand, rng)]
    story = next(row for row in rows if row["group"] == "agency")
    rows += list(reprints(story, rng))
    rows = [record(row, rng) for row in rows]
    return sorted(rows, key=lambda row: (row["published_at"], row["id"]))


def write(rows: list[Row], folder: Path) -> None:
    """Three shapes that exports really have: JSONL, a German CSV with BOM, and TSV."""
    net = [row for row in rows if row["kind"] in ("post", "comment", "reply")]
    with (folder / "netz.jsonl").open("w", encoding="utf-8") as f:
        for row in net:
            filled = {k: v for k, v in row.items() if v != ""}
            filled["published_at"] = row["published_at"].isoformat()
            f.write(json.dumps(filled, ensure_ascii=False) + "\n")
    for name, kind, delimiter, encoding in (
        ("presse.csv", "article", ";", "utf-8-sig"),
        ("bewertungen.tsv", "review", "\t", "utf-8"),
    ):
        with (folder / name).open("w", encoding=encoding, newline="") as f:
            sheet = csv.DictWriter(f, FIELDS, delimiter=delimiter)
            sheet.writeheader()
            for row in rows:
                if row["kind"] == kind:
                    sheet.writerow({**row, "published_at": f"{row['published_at']:%d.%m.%Y %H:%M}"})


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--into", type=Path, default=HERE)
    chosen = options.parse_args()
    rows = arranged(chosen.seed)
    write(rows, chosen.into)
    counting = sum(not row["owned"] and row["group"] != "reprint" for row in rows)
    print(f"{len(rows)} texts, {counting} counting")


if __name__ == "__main__":
    main()
