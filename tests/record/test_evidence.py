"""Evidence is replaced day by day, never from an older state than the one already measured."""

from __future__ import annotations

from datetime import timedelta

import pytest
from record.makers import BRAND, identity, keep, mention, point, proof, read_all

from leumund.errors import Unavailable
from leumund.record import Record, evidence, index, stories
from leumund.record.stories import Membership

DAY = mention(1).day


def test_days_of_read_mentions_are_touched_until_they_are_measured(record: Record) -> None:
    keep(record, mention(1), mention(2), mention(30))
    read_all(record)
    seen = evidence.touched(record)
    assert set(seen) == {(BRAND, DAY), (BRAND, mention(30).day)}
    evidence.keep(record, BRAND, days={DAY: [proof()]}, points=[point()], seen=seen)
    assert set(evidence.touched(record)) == {(BRAND, mention(30).day)}
    assert evidence.load(record, BRAND) == [proof()]
    assert index.load(record, BRAND) == [point()]


def test_a_day_touched_while_it_was_measured_stays_touched(record: Record) -> None:
    keep(record, mention(1))
    read_all(record)
    seen = evidence.touched(record)
    keep(record, mention(1, likes=5))
    evidence.keep(record, BRAND, days={DAY: [proof()]}, points=[], seen=seen)
    assert set(evidence.touched(record)) == {(BRAND, DAY)}


def test_an_older_state_never_replaces_a_newer_one(record: Record) -> None:
    keep(record, mention(1))
    read_all(record)
    old = evidence.touched(record)
    keep(record, mention(1, likes=5))
    new = evidence.touched(record)
    evidence.keep(record, BRAND, days={DAY: [proof(weight=2.0)]}, points=[], seen=new)
    with pytest.raises(Unavailable, match="newer"):
        evidence.keep(record, BRAND, days={DAY: [proof(weight=1.0)]}, points=[point()], seen=old)
    assert [one.weight for one in evidence.load(record, BRAND)] == [2.0]
    assert index.load(record, BRAND) == []
    evidence.keep(record, BRAND, days={DAY: [proof(weight=2.0)]}, points=[], seen=new)


def test_keeping_replaces_exactly_the_days_that_are_named(record: Record) -> None:
    other = proof(30)
    days = {DAY: [proof(), proof(story="b")], other.day: [other]}
    evidence.keep(record, BRAND, days=days, points=[], seen={})
    evidence.keep(record, BRAND, days={DAY: []}, points=[], seen={})
    assert evidence.load(record, BRAND) == [other]
    assert evidence.load(record, BRAND, first=DAY) == []
    assert evidence.load(record, "Andere") == []


def test_evidence_of_another_day_is_a_mistake_of_the_caller(record: Record) -> None:
    with pytest.raises(ValueError, match="among that of"):
        evidence.keep(record, BRAND, days={DAY: [proof(30)]}, points=[], seen={})


def test_members_say_all_that_evidence_needs(record: Record) -> None:
    keep(record, mention(1, reach=9.5, tier="trade", likes=1, owned=True, outlet="Blatt"))
    read_all(record, BRAND, "Zweite")
    (one,) = evidence.members(record, BRAND, [DAY])
    assert one == evidence.Member(
        mention_id=identity(1),
        story=identity(1),
        day=DAY,
        source="forum",
        outlet="Blatt",
        kind="post",
        published_at=mention(1).published_at,
        owned=True,
        reach=9.5,
        tier="trade",
        likes=1,
        shares=None,
        comments=None,
        tone=(0.5, 0.3, 0.2),
        span=(0, 4),
        title_length=len(mention(1).title),
        text_length=len(mention(1).text),
        title=mention(1).title,
        excerpt=mention(1).text,
        url=mention(1).url,
    )


def test_the_face_of_a_story_is_its_earliest_mention_with_a_text(record: Record) -> None:
    keep(record, mention(1), mention(2), mention(3))
    read_all(record)
    same = [
        Membership(mention_id=identity(n), story=identity(2), sketch=b"", words=9, digest="")
        for n in (1, 2)
    ]
    stories.keep(record, same)
    faces = evidence.faces(record, BRAND, [identity(2), identity(3), identity(9)])
    assert {story: face.mention_id for story, face in faces.items()} == {
        identity(2): identity(2),
        identity(3): identity(3),
    }
    assert faces[identity(3)].headline == "Beitrag 3"
    assert faces[identity(3)].excerpt.startswith("Heute kam")


def test_documents_count_mentions_of_others_by_day(record: Record) -> None:
    keep(record, mention(1), mention(2), mention(3, owned=True), mention(30))
    read_all(record)
    assert evidence.documents(record, BRAND) == {DAY: 2, DAY - timedelta(days=1): 1}
