"""Copies of one text are one story; people who say the same are many voices."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from enrich.articles import article, edited
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.enrich.sketches import likeness, sketch
from leumund.enrich.stories import Item, StoryRules, cluster, settle
from leumund.types import Kind

RULES = StoryRules()
START = datetime(2026, 11, 2, 6, tzinfo=UTC)
STORY = (
    "Musterbahn sperrt die Strecke zwischen Moosbach und Neuwasser für acht Monate. Grund sind "
    "Risse in einer Brücke aus dem Jahr 1911. Ersatzbusse fahren alle zwanzig Minuten, teilte "
    "eine Sprecherin mit. Der Fahrgastverband nennt den Plan dürftig und fordert mehr Busse."
)


def item(
    name: str,
    text: str,
    *,
    hours: float = 0,
    kind: Kind = "article",
    author: str | None = None,
    source: str = "blatt",
    title: str = "",
) -> Item:
    return Item(
        mention_id=name,
        source=source,
        kind=kind,
        author=author,
        published_at=START + timedelta(hours=hours),
        sketch=sketch(text, title=title),
    )


def post(name: str, text: str, *, hours: float = 0, author: str | None = None) -> Item:
    return item(name, text, hours=hours, kind="post", author=author, source="forum")


def stories(*items: Item) -> set[frozenset[str]]:
    return parts(cluster(items, RULES))


def parts(named: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(m for m in named if named[m] == story) for story in named.values()}


def test_300_edited_copies_among_1300_articles_are_found_and_no_other_pair() -> None:
    rng = random.Random(20261121)
    originals = [article(rng) for _ in range(1000)]
    items = [item(f"o{i}", text, hours=rng.random() * 48) for i, text in enumerate(originals)]
    items += [
        item(f"c{i}", edited(originals[i], rng), hours=48 + rng.random() * 48, source="kurier")
        for i in range(300)
    ]
    named = cluster(items, RULES)
    assert sum(named[f"c{i}"] == f"o{i}" for i in range(300)) >= 297
    assert {frozenset(part) for part in parts(named) if len(part) > 1} <= {
        frozenset({f"o{i}", f"c{i}"}) for i in range(300)
    }


def test_a_copy_with_other_title_links_handles_and_case_is_the_same_story() -> None:
    assert stories(
        item("a", STORY, title="Brücke rissig: Strecke gesperrt"),
        item("b", f"RT @blatt: {STORY.upper()} https://example.org/1", hours=3, source="kurier"),
    ) == {frozenset("ab")}


def test_the_story_is_named_by_its_earliest_member_ties_by_source() -> None:
    named = cluster(
        [
            item("z", STORY, source="anzeiger"),
            item("a", STORY, source="bote"),
            item("m", STORY, hours=1),
        ],
        RULES,
    )
    assert set(named.values()) == {"z"}


def test_thirty_customers_who_write_the_same_thanks_are_thirty_stories() -> None:
    customers = [
        post(f"p{i}", "Danke, Musterbahn!", hours=i, author=f"author-{i}") for i in range(30)
    ]
    nameless = [post(f"n{i}", "Danke Musterbahn", hours=i) for i in range(5)]
    assert len(stories(*customers, *nameless)) == 35


def test_equal_short_texts_are_one_story_when_one_author_or_articles() -> None:
    assert stories(
        post("a", "Danke, Musterbahn!", author="jo"),
        post("b", "danke musterbahn", hours=5, author="jo"),
        post("c", "Danke, Musterbahn!", hours=6, author="kim"),
        item("d", "Musterbahn sperrt Brücke"),
        item("e", "Musterbahn sperrt Brücke!", hours=2, source="kurier"),
    ) == {frozenset("ab"), frozenset("c"), frozenset("de")}


def test_a_repost_that_says_so_joins_one_original_and_never_two_people() -> None:
    assert stories(
        post("a", "Danke, Musterbahn!", author="jo"),
        post("b", "Danke, Musterbahn!", hours=2, author="kim"),
        post("r", "RT @kim: Danke, Musterbahn!", hours=3, author="lu"),
        post("s", "Danke, Musterbahn! via @jo", hours=1, author="lu"),
    ) == {frozenset("as"), frozenset("br")}


def test_reposts_of_an_original_that_was_not_seen_are_one_story() -> None:
    assert stories(
        post("r", "RT @…: Danke, Musterbahn!", author="lu"),
        post("s", "RT @…: Danke, Musterbahn!", hours=2, author="mo"),
    ) == {frozenset("rs")}


def test_a_short_text_is_never_nearly_the_same() -> None:
    assert len(stories(*(
        post(f"p{m}", f"Musterbahn M3 nach Neuwasser heute {m} Minuten zu spät, danke", author="jo")
        for m in range(40, 46)
    ))) == 6  # fmt: skip


def test_texts_without_words_are_no_story_together() -> None:
    assert (
        len(stories(post("a", "👍", author="jo"), post("b", "👍", author="jo"), post("c", ""))) == 3
    )


def test_copies_more_than_seven_days_apart_are_two_stories() -> None:
    assert len(stories(item("a", STORY), item("b", STORY, hours=7 * 24 + 1))) == 2
    assert len(stories(item("a", STORY), item("b", STORY, hours=7 * 24))) == 1


def test_a_chain_of_copies_does_not_outlive_the_span_of_its_canonical_member() -> None:
    chain = [item(f"d{day}", STORY, hours=24 * day) for day in range(0, 20, 4)]
    assert stories(*chain) == {
        frozenset({"d0", "d4"}),
        frozenset({"d8", "d12"}),
        frozenset({"d16"}),
    }


def drifting() -> list[Item]:
    """Versions of a running story: each resembles the next, the last has little of the first."""
    words = [f"wort{i}" for i in range(90)]
    return [
        item(f"v{k}", " ".join(words[12 * k : 12 * k + 50]), hours=k, source=f"blatt{k}")
        for k in range(4)
    ]


def test_a_member_must_resemble_the_canonical_one_and_is_split_off_else() -> None:
    versions = drifting()
    near = [likeness(a.sketch, b.sketch) for a, b in pairwise(versions)]
    assert min(near) >= RULES.link
    assert likeness(versions[0].sketch, versions[2].sketch) < RULES.member
    assert stories(*versions) == {frozenset({"v0", "v1"}), frozenset({"v2", "v3"})}


def test_a_late_earlier_copy_moves_the_story() -> None:
    record = Record([item("b", STORY, hours=5), item("c", STORY, hours=9, source="kurier")])
    assert record.stories == {"b": "b", "c": "b"}
    moved = record.bring([item("a", STORY, hours=1, source="bote")])
    assert moved == {"a": "a", "b": "a", "c": "a"}


def test_an_original_that_comes_late_takes_its_repost_with_it() -> None:
    record = Record([
        post("r", "RT @kim: Danke, Musterbahn!", hours=3, author="lu"),
        post("b", "Danke, Musterbahn!", hours=5, author="jo"),
    ])  # fmt: skip
    assert record.stories == {"r": "r", "b": "r"}
    record.bring([post("a", "Danke, Musterbahn!", hours=1, author="kim")])
    assert record.stories == {"a": "a", "r": "a", "b": "b"}


class Record:
    """What a record does with `settle`: keeps items and the memberships that come back."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self.items: dict[str, Item] = {}
        self.stories: dict[str, str] = {}
        for one in items:
            self.bring([one])

    def bring(self, new: list[Item]) -> dict[str, str]:
        self.items |= {one.mention_id: one for one in new}
        moved = settle(new, self.around, RULES)
        self.stories |= moved
        return moved

    def around(self, first: datetime, last: datetime) -> list[Item]:
        return [one for one in self.items.values() if first <= one.published_at <= last]


TEXTS = [
    STORY,
    f"{STORY} Am Abend folgt ein Gespräch.",
    STORY.replace("acht Monate", "ein Jahr"),
    " ".join(STORY.split()[12:]),
    "Danke, Musterbahn!",
    "RT @kim: Danke, Musterbahn!",
    "",
]


@st.composite
def arrivals(draw: st.DrawFn) -> list[Item]:
    return [
        item(
            f"{place:02}",
            draw(st.sampled_from(TEXTS)),
            hours=draw(st.integers(0, 30)) * 24,
            kind=draw(st.sampled_from(["post", "article"])),
            author=draw(st.sampled_from([None, "jo", "kim"])),
            source=draw(st.sampled_from(["blatt", "bote"])),
        )
        for place in range(draw(st.integers(1, 14)))
    ]


@settings(max_examples=150, deadline=None)
@given(arrivals(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_in_the_same_stories(
    items: list[Item], rng: random.Random
) -> None:
    whole = cluster(items, RULES)
    shuffled = rng.sample(items, len(items))
    assert cluster(shuffled, RULES) == whole
    record = Record()
    while shuffled:
        count = rng.randint(1, 4)
        record.bring(shuffled[:count])
        shuffled = shuffled[count:]
    assert record.stories == whole
