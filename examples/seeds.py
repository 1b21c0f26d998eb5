"""Looks for the first seed under which the planted crisis is the only alarm of the examples.

Reads each text once with the shipped model, then moves calm texts between days, seed by seed, and
decides every day as `leumund run` does. Thresholds and tunables are those of the product. Run it
when a new model changes the scores: `python examples/seeds.py [--first N] [--count N]`, then write
the seed into arrange.py and run that.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import arrange

from leumund import flows
from leumund.config import load
from leumund.flows.score import place_of
from leumund.record import readings
from leumund.reputation.clusters import Member, gather, median_reach
from leumund.reputation.index import BrandDays, Decision, decide, tally
from leumund.types import Evidence, Opinion, mention_id
from leumund.wiring import Parts, stopped_at

PLATFORMS = {"article": "beispiel-presse", "review": "beispiel-bewertungen"}
WINDOW = (arrange.CRISIS, arrange.CRISIS.replace(day=arrange.CRISIS.day + 7))
Tones = Mapping[str, Sequence[Opinion]]


def read_once(parts: Parts) -> Tones:
    """Opinions by identity of the text in the arrangement."""
    flows.collect(parts, [s.name for s in parts.config.source if s.example])
    flows.enrich(parts)
    stored = readings.opinions_of(parts.record)
    names = {mention_id(platform(row), row["id"]): row["id"] for row in arrange.arranged(1)}
    return {names[mention]: found for mention, found in stored.items() if mention in names}


def platform(row: arrange.Row) -> str:
    return PLATFORMS.get(row["kind"], "beispiel-netz")


def members(rows: Sequence[arrange.Row], tones: Tones, brand: str) -> list[Member]:
    """The texts about a brand, each a story of its own but the agency's."""
    found = []
    for row in rows:
        for opinion in tones.get(row["id"], ()):
            if opinion.brand == brand:
                copy = row["group"] in ("agency", "reprint")
                found.append(member(row, opinion, story="agency" if copy else row["id"]))
    return found


def member(row: arrange.Row, opinion: Opinion, *, story: str) -> Member:
    return Member(
        mention=row["id"],
        story=story,
        day=arrange.AGENCY if story == "agency" else row["published_at"].date(),
        published_at=row["published_at"],
        outlet=row["outlet"],
        platform=platform(row),
        reach=float(row["reach"]) if row["reach"] else None,
        credibility=1.0,
        place=place_of(opinion.span[0], len(row["title"])),
        owned=bool(row["owned"]),
        tone=opinion.tone,
    )


def alarms(parts: Parts, rows: Sequence[arrange.Row], tones: Tones) -> list[tuple[str, date]]:
    """Brand and day of every trend alarm."""
    brands = [brand for brand in parts.config.brand if "beispiel-netz" in brand.sources]
    reaches = [parts.config.source_named(name).reach for name in brands[0].sources]
    days = {
        brand.name: brand_days(
            brand.name,
            gather(
                brand.name,
                members(rows, tones, brand.name),
                reference=median_reach(reaches),
                method=parts.method,
            ),
            last=max(row["published_at"].date() for row in rows),
        )
        for brand in brands
    }
    found = []
    for name, own in days.items():
        peers = [other for other in days.values() if other is not own]
        past: list[Decision] = []
        for t in range(own.length):
            past.append(
                decide(
                    own,
                    peers,
                    previous=past,
                    day=own.day(t),
                    responses=parts.responses,
                    method=parts.method,
                )
            )
        found += [(name, d.day) for d in past if d.event == "drop"]
    return found


def brand_days(name: str, rows: Sequence[Evidence], *, last: date) -> BrandDays:
    first = rows[0].day
    days = frozenset(date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
    return BrandDays(
        brand=name,
        first=first,
        last=last,
        cells=tally(rows),
        platforms={row.source: row.platform for row in rows},
        healthy=days,
    )


def holds(parts: Parts, seed: int, tones: Tones) -> bool:
    """One alarm inside the crisis; none without its texts, none elsewhere."""
    rows = arrange.arranged(seed)
    raised = alarms(parts, rows, tones)
    calm = alarms(parts, [row for row in rows if row["group"] != "crisis"], tones)
    print(
        f"seed {seed}: {[(b, str(d)) for b, d in raised]}, without crisis {len(calm)}", flush=True
    )
    inside = len(raised) == 1 and WINDOW[0] <= raised[0][1] <= WINDOW[1]
    return inside and raised[0][0] == "Musterbahn" and not calm


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--first", type=int, default=1)
    options.add_argument("--count", type=int, default=200)
    chosen = options.parse_args()
    path = Path(__file__).parents[1] / "leumund.toml"
    with tempfile.TemporaryDirectory() as home:
        clock = stopped_at("2026-11-24T09:00+01:00")
        parts = Parts(path=path, config=load(path), home=Path(home), clock=clock)
        tones = read_once(parts)
        good = (
            seed
            for seed in range(chosen.first, chosen.first + chosen.count)
            if holds(parts, seed, tones)
        )
        print(f"found: {next(good, None)}")


if __name__ == "__main__":
    main()
