"""Puts mentions that repeat one text into one story, so that forty reprints count as one opinion.

Word 3-grams → MinHash (128) → LSH → exact Jaccard → connected components within 7 days; each
member must resemble the canonical one, the earliest. Short texts are alike by chance ("Danke,
Musterbahn!"), so they are one story only where something besides the words says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from leumund.enrich.candidates import alike
from leumund.enrich.sketches import Sketch, likeness
from leumund.types import Kind


@dataclass(frozen=True, slots=True)
class StoryRules:
    """Thresholds (method.md, section 4): Jaccard of a link, of a member with the canonical one,
    days that a link may span, words under which a text is short."""

    link: float = 0.5
    member: float = 0.4
    days: float = 7.0
    short: int = 15

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the record keeps of a mention for the stories."""

    mention_id: str
    source: str
    kind: Kind
    author: str | None
    published_at: datetime
    sketch: Sketch

    @property
    def rank(self) -> tuple[datetime, str, str]:
        """The order in which members become canonical: earliest, ties by source and id."""
        return self.published_at, self.source, self.mention_id


def cluster(items: Iterable[Item], rules: StoryRules) -> dict[str, str]:
    """Story id per mention id; a story's id is the id of its canonical mention.

    Depends on the set of items only, never on their order. A text without words is its own story.
    """
    return _named(_components(items, rules), rules)


def settle(
    new: Sequence[Item],
    around: Callable[[datetime, datetime], Iterable[Item]],
    rules: StoryRules,
) -> dict[str, str]:
    """Story ids of the new mentions and of all that they are linked to, as `cluster` over all.

    Asks for more of the record until no chain of links can leave what it has seen, so that any
    order of arrival ends in the same stories.

    Args:
        new: mentions that have no story yet, or whose text changed; and, after a deletion or a
            change, the other members of the story that the mention was in.
        around: all known mentions (new ones may be among them) from a time to a time, both
            included.
        rules: thresholds.
    """
    if not new:
        return {}
    fresh = {item.mention_id: item for item in new}
    first = min(item.published_at for item in new) - 2 * rules.span
    last = max(item.published_at for item in new) + 2 * rules.span
    while True:
        known = {item.mention_id: item for item in around(first, last)} | fresh
        seeds = fresh.keys() | _equal_nearby(new, known.values(), rules)
        touched = [
            part
            for part in _components(known.values(), rules)
            if any(item.mention_id in seeds for item in part)
        ]
        start = min(item.published_at for part in touched for item in part) - rules.span
        end = max(item.published_at for part in touched for item in part) + rules.span
        if start >= first and end <= last:
            return _named(touched, rules)
        first, last = min(first, start), max(last, end)


def _equal_nearby(new: Sequence[Item], known: Iterable[Item], rules: StoryRules) -> set[str]:
    """Mentions of the same words: a new one may take a repost from them, which ends a link."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for item in sorted(new, key=lambda item: item.rank):
        times[item.sketch.digest].append(item.published_at)
    found = set()
    for item in known:
        near = times.get(item.sketch.digest, [])
        place = bisect_left(near, item.published_at - 2 * rules.span)
        if near[place : place + 1] and near[place] <= item.published_at + 2 * rules.span:
            found.add(item.mention_id)
    return found


def _components(items: Iterable[Item], rules: StoryRules) -> list[list[Item]]:
    ordered = sorted(items, key=lambda item: item.rank)
    return _connected(ordered, _links(ordered, rules))


Links = dict[str, list[Item]]


def _links(ordered: list[Item], rules: StoryRules) -> Links:
    """Neighbours of each mention; enough of them to connect all that are alike."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in ordered:
        groups[item.sketch.digest].append(item)
    pairs: list[tuple[Item, Item]] = []
    long = {d: group for d, group in groups.items() if group[0].sketch.words >= rules.short}
    for digest, group in groups.items():
        if digest in long:
            pairs += pairwise(group)
        elif group[0].sketch.words:
            pairs += _said_to_repeat(group, rules)
    sketches = [group[0].sketch for group in long.values()]
    for a, b in alike(sketches, at_least=rules.link):
        merged = sorted([*long[a.digest], *long[b.digest]], key=lambda item: item.rank)
        pairs += pairwise(merged)
    links: Links = defaultdict(list)
    for one, other in pairs:
        if other.published_at - one.published_at <= rules.span:
            links[one.mention_id].append(other)
            links[other.mention_id].append(one)
    return links


def _said_to_repeat(group: list[Item], rules: StoryRules) -> Iterator[tuple[Item, Item]]:
    """Pairs of equal short texts that are one story: articles, one author, or a stated repost.

    A repost goes with the latest text within the span before it that is none, else with the next
    one, else with the repost before it: it never joins two people who said the same.
    """
    originals = [item for item in group if not item.sketch.repost]
    voices: dict[object, list[Item]] = defaultdict(list)
    for item in originals:
        if item.kind == "article":
            voices["article"].append(item)
        if item.author is not None:
            voices["author", item.author].append(item)
    for voice in voices.values():
        yield from pairwise(voice)
    reposts = [item for item in group if item.sketch.repost]
    for at, item in enumerate(reposts):
        repeated = _repeated(item, originals, rules) or (reposts[at - 1] if at else None)
        if repeated:
            yield (repeated, item) if repeated.rank < item.rank else (item, repeated)


def _repeated(repost: Item, originals: list[Item], rules: StoryRules) -> Item | None:
    place = bisect_left(originals, repost.rank, key=lambda one: one.rank)
    for one in (*originals[max(0, place - 1) : place], *originals[place : place + 1]):
        if abs(repost.published_at - one.published_at) <= rules.span:
            return one
    return None


def _connected(items: list[Item], links: Links) -> list[list[Item]]:
    """Connected parts, each in the order of `items`."""
    left = {item.mention_id: item for item in items}
    parts = []
    for item in items:
        if item.mention_id not in left:
            continue
        part, waiting = [], [left.pop(item.mention_id)]
        while waiting:
            one = waiting.pop()
            part.append(one)
            waiting += [
                left.pop(other.mention_id)
                for other in links.get(one.mention_id, ())
                if other.mention_id in left
            ]
        parts.append(sorted(part, key=lambda member: member.rank))
    return parts


def _named(parts: list[list[Item]], rules: StoryRules) -> dict[str, str]:
    """Splits off what does not resemble the canonical member, and again among the rest."""
    stories: dict[str, str] = {}
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        canonical, rest = part[0], []
        for item in part:
            if _belongs(item, canonical, rules):
                stories[item.mention_id] = canonical.mention_id
            else:
                rest.append(item)
        if rest:
            waiting += _connected(rest, _links(rest, rules))
    return stories


def _belongs(item: Item, canonical: Item, rules: StoryRules) -> bool:
    if item is canonical:
        return True
    near = item.published_at - canonical.published_at <= rules.span
    return near and likeness(item.sketch, canonical.sketch) >= rules.member
