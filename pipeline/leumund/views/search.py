"""Finds mentions as a press officer asks for them: a few German words, the best hits first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from leumund.errors import Misconfigured
from leumund.types import BERLIN
from leumund.views.compounds import parts
from leumund.views.connection import address, sorted_errors
from leumund.words import day as told_day
from leumund.words import word as label

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

Body = dict[str, Any]

PLACES = {"leumund.title": 5, "message": 2}
"""Text field → what an inflected match in it counts; as written twice that, in a compound 1."""
MATCHED = 100
"""What each matched word counts, wherever: more than fields can, for up to seven words."""
EXCERPT = 160
MOST_WORDS = 50
SHOWN = [
    "@timestamp",
    "event.dataset",
    "leumund.headline",
    "leumund.outlet",
    "leumund.tone.class",
    "organization.name",
    "url.full",
]
_QUOTED = re.compile(r'"([^"]+)"|„([^“”"]+)[“”"]|“([^”]+)”|»([^«]+)«|«([^»]+)»')
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_BEFORE, _AFTER = "\ue000", "\ue001"
_MARKED = re.compile(f"{_BEFORE}(.*?){_AFTER}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A mention that was found. `brands` pairs each brand with the tone towards it."""

    headline: str
    url: str
    source: str
    outlet: str
    published: datetime
    brands: tuple[tuple[str, str], ...]
    score: float
    highlights: tuple[str, ...]
    found: tuple[str, ...]


def search(
    client: Elasticsearch,
    prefix: str,
    words: str,
    *,
    brand: str = "",
    exact: bool = False,
    limit: int = 10,
    since: date | None = None,
    until: date | None = None,
    names: Sequence[str] = (),
) -> list[Hit]:
    """The mentions that hold any of the words, each once; most words first, then newest.

    A word is also found inflected and within a compound, a compound by its parts. What stands in
    quotation marks is found only as it stands.

    Args:
        client: as `connection.opened` gives it.
        prefix: of the indices.
        words: what to look for.
        brand: only mentions of this brand.
        exact: as written: neither inflected nor within a compound.
        limit: at most so many.
        since: first day.
        until: last day.
        names: of brands; they are found as written, with or without the s of the genitive.

    Raises:
        Misconfigured: there is nothing to look for, or Elasticsearch refuses.
        Unavailable: Elasticsearch does not answer.
    """
    wanted = list(_wanted(words, exact=exact, names=names))
    if not 1 <= len(wanted) <= MOST_WORDS:
        raise Misconfigured(f"Search for 1 to {MOST_WORDS} words, not for {len(wanted)}.")
    index = f"{prefix}-mentions"
    body = _request(wanted, _filters(brand, since, until), limit)
    with sorted_errors(address(client)):
        hits = client.search(index=index, **body)["hits"]["hits"]
        if not hits and not exact and _says_nothing(client, index, words):
            raise Misconfigured(
                f"“{words}” has only words that are in every text: "
                "add another one, or put it in quotation marks."
            )
    return [_hit(hit) for hit in hits]


def lines(hits: Sequence[Hit]) -> RenderableType:
    """The hits as a table in German, for a terminal."""
    if not hits:
        return Text("Keine Beiträge gefunden.")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Datum", "Medium", "Marke", label("tone")):
        table.add_column(heading, no_wrap=heading == "Datum")
    table.add_column("Beitrag", ratio=1)
    for hit in hits:
        table.add_row(
            told_day(hit.published.astimezone(BERLIN).date()),
            Text(hit.outlet or hit.source),
            Text("\n".join(name for name, _ in hit.brands)),
            Text("\n".join(label(tone) for _, tone in hit.brands)),
            _shown(hit),
        )
    return table


def _shown(hit: Hit) -> RenderableType:
    begins = hit.headline.removesuffix(" …")
    excerpt = Text("\n".join(text for text in hit.highlights if not text.startswith(begins)))
    headline, link = Text(hit.headline, style="bold"), Text(hit.url, style="dim", overflow="fold")
    for text in (headline, excerpt):
        text.highlight_words(hit.found, "underline")
    return Group(*(line for line in (headline, excerpt, link) if line.plain))


def _wanted(words: str, *, exact: bool, names: Sequence[str]) -> Iterator[Body]:
    rest = words
    for found in _QUOTED.finditer(words):
        yield _as_written(next(filter(None, found.groups())))
        rest = rest.replace(found[0], " ")
    for name in sorted(filter(None, names), key=len, reverse=True):
        bare = re.compile(rf"(?<!\w){re.escape(name)}(?:s|['’]s?)?(?!\w)", re.IGNORECASE)
        if bare.search(rest):
            rest = bare.sub(" ", rest)
            yield _as_written(name, *(f"{name}{genitive}" for genitive in ("s", "'s", "’s")))
    for word in _WORD.findall(rest):
        yield _as_written(word) if exact else _in_any_form(word)


def _as_written(*forms: str) -> Body:
    return _ranked(
        [
            (_any([{"match_phrase": {f"{place}.exact": form}} for form in forms]), 2 * worth)
            for place, worth in PLACES.items()
        ]
    )


def _in_any_form(word: str) -> Body:
    inflected = [(_match(place, word), worth) for place, worth in PLACES.items()]
    in_compounds = [(_match(f"{place}.decomp", word), 1) for place in PLACES]
    as_written = [(_match(f"{place}.exact", word), worth) for place, worth in PLACES.items()]
    taken_apart = [
        _any([_match(f"{place}.decomp", part) for place in PLACES]) for part in parts(word)
    ]
    also = [{"bool": {"filter": taken_apart}}] if taken_apart else []
    return _ranked([*inflected, *in_compounds], bonus=as_written, also=also)


def _ranked(
    matches: list[tuple[Body, int]],
    *,
    bonus: Sequence[tuple[Body, int]] = (),
    also: Sequence[Body] = (),
) -> Body:
    """Any of `matches` or `also` is enough; what each counts is constant.

    Months are indices of their own: scores that hang on how rare a word is would not compare.
    """
    enough = _any([*(query for query, _ in matches), *also])
    return {
        "bool": {
            "must": [_constant(enough, MATCHED)],
            "should": [_constant(query, worth) for query, worth in (*matches, *bonus)],
        }
    }


def _any(queries: list[Body]) -> Body:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _match(field: str, word: str) -> Body:
    return {"match": {field: {"query": word, "operator": "and"}}}


def _constant(query: Body, worth: int) -> Body:
    return {"constant_score": {"filter": query, "boost": worth}}


def _filters(brand: str, since: date | None, until: date | None) -> list[Body]:
    days = {"gte": since, "lte": until}
    bounds = {edge: day.isoformat() for edge, day in days.items() if day}
    return [
        *([{"term": {"organization.name": brand}}] if brand else []),
        *([{"range": {"leumund.day": bounds}}] if bounds else []),
    ]


def _request(wanted: list[Body], filters: list[Body], limit: int) -> Body:
    marked = {"pre_tags": [_BEFORE], "post_tags": [_AFTER]}
    places = {
        place: {"matched_fields": [place, f"{place}.exact", f"{place}.decomp"]} for place in PLACES
    }
    brands = {
        "name": "brands",
        "size": 100,
        "_source": SHOWN,
        "sort": [{"organization.name": "asc"}],
    }
    return {
        "query": {"bool": {"should": wanted, "minimum_should_match": 1, "filter": filters}},
        "collapse": {"field": "event.id", "inner_hits": brands},
        "highlight": {
            **marked,
            "fields": places,
            "number_of_fragments": 1,
            "fragment_size": EXCERPT,
        },
        "sort": ["_score", {"@timestamp": "desc"}, {"event.id": "asc"}],
        "track_scores": True,
        "size": limit,
        "source": SHOWN,
    }


def _says_nothing(client: Elasticsearch, index: str, words: str) -> bool:
    """Whether the analyser leaves nothing of the words: only then do the two queries differ."""
    every, none = (
        {"match": {"message": {"query": words, "zero_terms_query": left}}}
        for left in ("all", "none")
    )
    query = {"bool": {"filter": every, "must_not": none}}
    return int(client.count(index=index, query=query)["count"]) > 0


def _hit(hit: Mapping[str, Any]) -> Hit:
    own, marked = hit["_source"], hit.get("highlight", {})
    said = [inner["_source"] for inner in hit["inner_hits"]["brands"]["hits"]["hits"]]
    found = _MARKED.findall(" ".join(text for place in PLACES for text in marked.get(place, ())))
    return Hit(
        headline=own.get("leumund.headline", ""),
        url=own.get("url.full", ""),
        source=own["event.dataset"],
        outlet=own.get("leumund.outlet", ""),
        published=datetime.fromisoformat(own["@timestamp"]),
        brands=tuple((one["organization.name"], one["leumund.tone.class"]) for one in said),
        score=float(hit["_score"]),
        highlights=tuple(_MARKED.sub(r"\1", text) for text in marked.get("message", ())),
        found=tuple(dict.fromkeys(found)),
    )
