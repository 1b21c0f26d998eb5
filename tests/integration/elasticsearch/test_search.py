"""A press officer finds what she means, on a real server, by command and in Kibana's search bar."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from elasticsearch import Elasticsearch
from integration.elasticsearch.conftest import wipe
from integration.elasticsearch.german import QUERIES, TEXTS, Query
from integration.elasticsearch.server import Cluster

from leumund.errors import Misconfigured, Unavailable
from leumund.views import indices
from leumund.views.compounds import parts
from leumund.views.connection import opened
from leumund.views.search import MOST_WORDS, search

FIRST_DAY = date(2026, 10, 1)
OWN, OTHER = "Musterbahn", "Nordbus"
ALSO_OTHER = "züge"
INFLECTABLE = [query for query in QUERIES if not query.exact]
ONE_KIND = [query for query in INFLECTABLE if query.words != '"neue Strecke" Moor']


@dataclass(frozen=True)
class Archive:
    """The invented texts, indexed month by month, one each day."""

    client: Elasticsearch
    prefix: str

    def search(self, query: Query) -> list[str]:
        hits = search(
            self.client,
            self.prefix,
            query.words,
            exact=query.exact,
            names=query.names,
            limit=len(TEXTS),
        )
        return [hit.url.rpartition("/")[2] for hit in hits]

    def lucene(self, words: str) -> list[str]:
        """As Kibana sends it where its language is Lucene."""
        return self._ask({"query_string": {"query": _plain(words), "analyze_wildcard": True}})

    def kql(self, words: str) -> list[str]:
        """As Kibana sends it where its language is KQL."""
        words = _plain(words)
        kind = "phrase" if '"' in words else "best_fields"
        query = {"type": kind, "query": words.strip('"'), "lenient": True}
        return self._ask({"multi_match": query})

    def _ask(self, query: dict[str, object]) -> list[str]:
        answer = self.client.search(index=f"{self.prefix}-mentions", query=query, size=len(TEXTS))
        return [hit["_source"]["url.full"].rpartition("/")[2] for hit in answer["hits"]["hits"]]


@pytest.fixture(scope="module")
def archive(cluster: Cluster) -> Iterator[Archive]:
    prefix = f"t{secrets.token_hex(4)}"
    months = sorted({f"{_day(number):%Y.%m}" for number in range(len(TEXTS))})
    with cluster.client() as client:
        try:
            indices.apply(client, prefix, months=months)
            operations = [line for name in TEXTS for line in _mention(prefix, name, OWN)]
            operations += _mention(prefix, ALSO_OTHER, OTHER)
            assert not client.bulk(operations=operations, refresh=True)["errors"]
            yield Archive(client, prefix)
        finally:
            wipe(client, prefix)


def _mention(prefix: str, name: str, brand: str) -> list[dict[str, object]]:
    day, (title, text) = _day(list(TEXTS).index(name)), TEXTS[name]
    document: dict[str, object] = {
        "@timestamp": f"{day}T08:00:00.000Z",
        "organization.name": brand,
        "leumund.document": "mention",
        "event.id": name,
        "event.dataset": "presse",
        "url.full": f"https://example.org/{name}",
        "leumund.headline": title or text,
        "leumund.outlet": "Bote",
        "leumund.day": day.isoformat(),
        "leumund.tone.class": "negative" if brand == OTHER else "neutral",
        "message": text,
    }
    action: dict[str, object] = {
        "_index": f"{prefix}-mentions-{day:%Y.%m}",
        "_id": f"{name}-{brand}",
    }
    if title:
        document["leumund.title"] = title
    return [{"index": action}, document]


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def _plain(words: str) -> str:
    return words.translate({ord("„"): '"', ord("“"): '"'})


def _named(query: Query) -> str:
    return f"{query.words}{' exact' if query.exact else ''}"


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert len(QUERIES) >= 20
    assert len(TEXTS) >= 60
    for query in QUERIES:
        named = {*query.not_hits.split(), *query.first.split(), *query.meant, *query.found}
        assert named <= set(TEXTS)
        assert not query.found & set(query.not_hits.split())


@pytest.mark.parametrize("query", QUERIES, ids=_named)
def test_search_finds_what_is_meant_and_nothing_else(archive: Archive, query: Query) -> None:
    found = archive.search(query)
    assert set(found) == query.found
    assert len(found) == len(query.found)


@pytest.mark.parametrize("query", [q for q in QUERIES if q.first], ids=_named)
def test_the_best_hits_stand_first(archive: Archive, query: Query) -> None:
    first = query.first.split()
    assert set(archive.search(query)[: len(first)]) == set(first)


@pytest.mark.parametrize("query", INFLECTABLE, ids=_named)
def test_the_search_bar_of_kibana_finds_the_same_in_lucene(archive: Archive, query: Query) -> None:
    assert set(archive.lucene(query.words)) == query.found_by_kibana


@pytest.mark.parametrize("query", ONE_KIND, ids=_named)
def test_the_search_bar_of_kibana_finds_the_same_in_kql(archive: Archive, query: Query) -> None:
    assert set(archive.kql(query.words)) == query.found_by_kibana


def test_recall_and_precision_hold(archive: Archive) -> None:
    """Over the table, with what is meant but not found and what is found but not meant."""
    recall, precision = _figures(archive.search, QUERIES)
    assert recall >= 0.98
    assert precision >= 0.95
    recall, precision = _figures(lambda query: archive.lucene(query.words), INFLECTABLE)
    assert recall >= 0.94
    assert precision >= 0.89


def test_words_matched_outweigh_fields_matched(archive: Archive) -> None:
    hits = search(archive.client, archive.prefix, "Verspätung Zug")
    assert [int(hit.score) // 100 for hit in hits] == [2, 2, *[1] * (len(hits) - 2)]


def test_equal_hits_come_newest_first_across_months(archive: Archive) -> None:
    hits = search(archive.client, archive.prefix, "Verspätung Zug")
    equal = [hit.published for hit in hits if hit.score == hits[-1].score]
    assert len({moment.month for moment in equal}) > 1
    assert equal == sorted(equal, reverse=True)


def test_a_mention_of_two_brands_is_found_once_and_names_both(archive: Archive) -> None:
    hits = search(archive.client, archive.prefix, "Züge", exact=True)
    assert [hit.brands for hit in hits] == [((OWN, "neutral"), (OTHER, "negative"))]


def test_a_brand_and_days_narrow_the_search(archive: Archive) -> None:
    client, prefix = archive.client, archive.prefix
    (only,) = search(client, prefix, "Zug", brand=OTHER)
    assert only.headline == TEXTS[ALSO_OTHER][0]
    everything = search(client, prefix, "Zug", limit=len(TEXTS))
    last = max(hit.published.date() for hit in everything)
    late = search(client, prefix, "Zug", since=last, until=last)
    assert [hit.published.date() for hit in late] == [last]
    assert search(client, prefix, "Zug", until=FIRST_DAY - timedelta(days=1)) == []
    assert len(search(client, prefix, "Zug", limit=2)) == 2


def test_an_excerpt_is_plain_text_and_says_what_was_found(archive: Archive) -> None:
    (hit,) = search(archive.client, archive.prefix, "Zwei Reisende gerieten", brand=OWN, limit=1)
    assert hit.highlights == ("Zwei Reisende gerieten aneinander.",)
    assert hit.found == ("Zwei", "Reisende", "gerieten")
    (compound,) = search(archive.client, archive.prefix, "Hotel")
    assert compound.found == ("Hotelgäste",)


@pytest.mark.parametrize("words", ["", "  ", "?!", '""', "Wort " * (MOST_WORDS + 1)])
def test_without_words_or_with_too_many_the_search_says_so(archive: Archive, words: str) -> None:
    with pytest.raises(Misconfigured, match=f"1 to {MOST_WORDS} words"):
        search(archive.client, archive.prefix, words)


def test_words_that_are_in_every_text_are_no_search(archive: Archive) -> None:
    with pytest.raises(Misconfigured, match="“der und die” has only words that are in every text"):
        search(archive.client, archive.prefix, "der und die")
    assert search(archive.client, archive.prefix, "der und die Xylophonkurs") == []
    assert search(archive.client, archive.prefix, "Zug", brand="Xylophon") == []


def test_characters_with_a_meaning_elsewhere_mean_nothing(archive: Archive) -> None:
    wild = 'title:(Zug* OR [a TO z}) AND "offen \\ /.*/ <script>'
    assert isinstance(search(archive.client, archive.prefix, wild), list)
    assert search(archive.client, archive.prefix, "Xylo*") == []


def test_without_an_index_or_a_server_one_sentence_says_what_to_do(cluster: Cluster) -> None:
    with opened(cluster.url) as client, pytest.raises(Misconfigured, match="leumund schema apply"):
        search(client, f"t{secrets.token_hex(4)}", "Zug")
    with opened("http://127.0.0.1:9") as away, pytest.raises(Unavailable, match=r"127\.0\.0\.1:9"):
        search(away, "leumund", "Zug")


@pytest.mark.parametrize(
    "word",
    ["Zugverspätungen", "gekündigt", "Kundendienst", "Preiserhöhung", "Straßenbahn", "Urkunde"],
)
def test_words_are_taken_apart_as_the_server_does(archive: Archive, word: str) -> None:
    answer = archive.client.indices.analyze(
        index=f"{archive.prefix}-mentions-2026.10",
        tokenizer="standard",
        filter=["lowercase", "german_normalization", "de_decomp"],
        text=word,
    )
    _, *tokens = [token["token"] for token in answer["tokens"]]
    assert parts(word) == tokens


def _figures(ask: Callable[[Query], list[str]], queries: list[Query]) -> tuple[float, float]:
    right = meant = found = 0
    for query in queries:
        hits = set(ask(query))
        right += len(hits & query.meant)
        meant += len(query.meant)
        found += len(hits)
    return right / meant, right / found
