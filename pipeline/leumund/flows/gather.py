"""Gathers what the record knows into the facts that every view shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from leumund import config as settings
from leumund import words
from leumund.flows import frame
from leumund.flows.faces import headline, may_be_shown
from leumund.flows.parts import Parts
from leumund.flows.score import days_of, peers_of
from leumund.record import evidence, feed, health, index, ledger, signals
from leumund.reputation.correction import correction
from leumund.reputation.index import BrandDays
from leumund.reputation.quantify import smallest_singular_value
from leumund.reputation.series import series
from leumund.types import TONES, Evidence, IndexPoint
from leumund.views import facts

TOLD = timedelta(days=28)
KINDS = {
    "post": "Beiträge in sozialen Netzen",
    "article": "Presse",
    "review": "Bewertungen",
    "comment": "Kommentare",
    "reply": "Antworten",
}


def gather(parts: Parts) -> facts.Report:
    """Everything that stands on the report, from the record alone."""
    days = {brand.name: days_of(parts, brand) for brand in parts.config.brand}
    shown, absent = [], []
    for brand in parts.config.brand:
        points = index.load(parts.record, brand.name)
        own = days[brand.name]
        if own is None or not points:
            absent.append(_absent(parts, brand))
        else:
            shown.append(_brand(parts, brand, own, peers_of(brand, days), points))
    return facts.Report(
        created=parts.clock(),
        clock=parts.clock(),
        basis=_basis(parts),
        brands=tuple(shown),
        absent=tuple(absent),
        method=_method(parts),
        ledger=_ledger(parts),
        gaps=tuple(_gaps(parts, [source.name for source in parts.config.source])),
    )


def _brand(
    parts: Parts,
    brand: settings.Brand,
    own: BrandDays,
    peers: Sequence[BrandDays],
    points: Sequence[IndexPoint],
) -> facts.BrandFacts:
    rows = evidence.load(parts.record, brand.name, last=own.last)
    return facts.BrandFacts(
        name=brand.name,
        example=frame.is_example(parts, brand),
        points=tuple(points),
        volume=_volume(own, rows),
        supports=_supports(parts, own, peers, points[-1]),
        stories=_stories(parts, brand, own, rows),
        sources=_sources(parts, brand, own, rows),
        gaps=tuple(_gaps(parts, brand.sources)),
        signals=tuple(signals.load(parts.record, brand.name)),
        peers=brand.peers,
    )


def _absent(parts: Parts, brand: settings.Brand) -> facts.AbsentBrand:
    dead = [s.name for s in frame.sources_of(parts, brand) if not _reached(parts, s.name)]
    reason = "in den Quellen kein Beitrag"
    if dead:
        named = words.listed(dead)
        reason = f"{named} {'war' if len(dead) == 1 else 'waren'} nicht erreichbar"
    return facts.AbsentBrand(name=brand.name, example=frame.is_example(parts, brand), reason=reason)


def _volume(own: BrandDays, rows: Iterable[Evidence]) -> tuple[facts.Volume, ...]:
    stories = Counter(row.day for row in rows if row.weight > 0)
    days = (own.day(t) for t in range(own.length))
    return tuple(
        facts.Volume(day=day, posts=own.documents.get(day, 0), stories=stories[day]) for day in days
    )


def _supports(
    parts: Parts, own: BrandDays, peers: Sequence[BrandDays], latest: IndexPoint
) -> facts.Supports:
    one = series(own, tuple(peers), responses=parts.responses, method=parts.method)
    end = own.length

    def support(low: int, high: int) -> facts.Support:
        low = max(0, low)
        days = [own.day(t) for t in range(low, high)]
        posts = sum(own.documents.get(day, 0) for day in days)
        independent = float(one.over(low, high).n_eff) if high > low else 0.0
        return facts.Support(days=high - low, posts=posts, independent=independent)

    window = latest.window or (parts.method.window if latest.reason == "too_few" else 0)
    halves = [support(end - window, end), support(end - 2 * window, max(0, end - window))]
    voices = support(end - parts.method.sov_days, end)
    stories = int(one.panel.n[-parts.method.sov_days :].sum())
    return facts.Supports(
        fast=support(end - 2 * round(parts.method.h_tag), end),
        slow=support(end - 2 * round(parts.method.h_sed), end),
        verdict=min(halves, key=lambda half: half.independent) if window else support(end, end),
        tone=support(end - parts.method.window, end),
        visibility=facts.Support(days=voices.days, posts=voices.posts, independent=stories),
    )


def _stories(
    parts: Parts, brand: settings.Brand, own: BrandDays, rows: Sequence[Evidence]
) -> tuple[facts.Story, ...]:
    since = own.last - TOLD
    recent = [row for row in rows if row.day > since and row.weight > 0]
    total = sum(row.weight for row in recent)
    ranked = sorted(recent, key=lambda row: (-row.members, -row.weight, row.story))[
        : 2 * feed.STORIES
    ]
    faces = evidence.faces(parts.record, brand.name, [row.story for row in ranked])
    return tuple(
        facts.Story(
            headline=line,
            url=face.url,
            source=face.outlet or face.source,
            first_seen=face.published_at,
            posts=row.members,
            pickups=row.members - 1,
            tone=TONES[row.hard],
            share=row.weight / total,
            showable=may_be_shown(parts, face),
        )
        for row in ranked
        if (face := faces.get(row.story)) is not None and (line := headline(face))
    )[: feed.STORIES]


def _sources(
    parts: Parts, brand: settings.Brand, own: BrandDays, rows: Sequence[Evidence]
) -> tuple[facts.SourceFacts, ...]:
    """The sources of the frame with their part of the weight of the last 28 days, by platform."""
    since = own.last - TOLD
    weight: dict[str, float] = defaultdict(float)
    posts: Counter[str] = Counter()
    for row in rows:
        if row.day > since:
            weight[row.platform] += row.weight
            posts[row.platform] += row.members
    total = sum(weight.values()) or 1.0
    last = health.last_success(parts.record)
    found = []
    for source in frame.sources_of(parts, brand):
        reasons = [stream.reason for stream in health.streams(parts.record, source.name)]
        found.append(
            facts.SourceFacts(
                name=source.name,
                posts=posts[source.group],
                share=weight[source.group] / total,
                last_success=last.get(source.name),
                gap=next((reason for reason in reasons if reason), ""),
            )
        )
    return tuple(found)


def _gaps(parts: Parts, sources: Iterable[str]) -> Iterable[facts.GapSpan]:
    for name in sources:
        for source, gap in health.gap_list(parts.record, name):
            yield facts.GapSpan(source=source, start=gap.start, end=gap.end, reason=gap.reason)


def _reached(parts: Parts, source: str) -> bool:
    return source in health.last_success(parts.record)


def _basis(parts: Parts) -> facts.Basis:
    sources = [
        facts.BasisSource(
            name=source.name,
            kind=KINDS[source.kind],
            example=source.example,
            reached=_reached(parts, source.name),
        )
        for source in parts.config.source
    ]
    return facts.Basis(sources=tuple(sources), not_included=tuple(_not_included(parts)))


def _not_included(parts: Parts) -> Iterable[str]:
    yield "Beiträge hinter Bezahlschranken"
    yield "geschlossene Gruppen und private Nachrichten"
    kinds = {source.kind for source in parts.config.source if not source.example}
    if kinds == {"article"}:
        yield "soziale Netze"
    yield "Beiträge in anderen Sprachen als Deutsch"


def _ledger(parts: Parts) -> tuple[facts.LedgerRow, ...]:
    return tuple(
        facts.LedgerRow(
            source=source,
            seen=terms["fetched"],
            read=terms["read"],
            filtered=terms["filtered"],
            duplicate=terms["duplicate"],
            deleted=terms["deleted"],
            unreadable=terms["dead_lettered"],
            pending=terms["pending"],
        )
        for source, terms in ledger.summary(parts.record).items()
    )


def _method(parts: Parts) -> facts.MethodFacts:
    method, responses = parts.method, parts.responses
    correct = correction(responses, (), method=method)
    matrix = correct.pooled.point
    rows = [tuple(float(x) for x in line) for line in matrix]
    counts = [int((responses.labels == k).sum()) for k in range(3)]
    return facts.MethodFacts(
        version=method.version,
        model=parts.card.name,
        licence=parts.card.licence,
        figures=tuple(facts.CardFigure(name=n, value=v, data=d) for n, v, d in parts.card.figures),
        matrix=(rows[0], rows[1], rows[2]),  # type: ignore[arg-type]
        labels=(counts[0], counts[1], counts[2]),
        singular_value=float(smallest_singular_value(matrix)),
        estimated=correct.provisional,
        budget=method.budget,
        fast_half_life=method.h_tag,
        slow_half_life=method.h_sed,
        n_min=method.n_min,
        hw_max=method.hw_max,
        verdict_p=method.verdict_p,
        stable_p=method.stable_p,
        stable_points=method.stable_points,
        cap_source=method.cap_source,
    )
