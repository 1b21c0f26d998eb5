"""What is put into Elasticsearch: names under a prefix, one type for each field, German words."""

from __future__ import annotations

from collections import defaultdict

import pytest

from leumund.views import blueprint


def test_a_prefix_changes_names_and_no_field() -> None:
    ours, other = blueprint.load(), blueprint.load("acme")
    assert {name.removeprefix("acme") for name in other.templates} == {
        name.removeprefix("leumund") for name in ours.templates
    }
    body = other.templates["acme-mentions"]
    assert body["index_patterns"] == ["acme-mentions-*"]
    assert all(name in other.components for name in body["composed_of"])
    for index in blueprint.INDICES:
        assert other.fields(index) == ours.fields(index)


def test_every_index_refuses_unknown_fields_and_knows_the_common_ones() -> None:
    wanted = blueprint.load()
    common = blueprint.fields(wanted.components["leumund-fields"]["template"]["mappings"])
    for index in blueprint.INDICES:
        assert wanted.mappings(index)["dynamic"] == "strict"
        assert common.items() <= wanted.fields(index).items()


def test_a_field_has_the_same_parameters_in_every_index() -> None:
    wanted = blueprint.load()
    seen = defaultdict(list)
    for index in blueprint.INDICES:
        for name, params in wanted.fields(index).items():
            seen[name].append(params)
    for name, several in seen.items():
        assert all(params == several[0] for params in several), name


def test_our_templates_win_over_those_of_the_vendor() -> None:
    for body in blueprint.load().templates.values():
        assert body["priority"] > 500
        assert body["_meta"]["owner"] == "leumund"


def test_a_template_knows_whether_it_was_changed_by_hand() -> None:
    body = blueprint.load().components["leumund-settings"]
    assert body["_meta"]["checksum"] == blueprint.checksum(body)
    body["template"]["settings"]["index"]["refresh_interval"] = "30s"
    assert body["_meta"]["checksum"] != blueprint.checksum(body)


def test_words_are_lower_case_and_none_stands_twice() -> None:
    words = (blueprint.locate() / blueprint.WORDS).read_text("utf-8").split()
    assert len(words) >= 600
    assert len(set(words)) == len(words)
    assert all(word == word.lower() and word.isalpha() for word in words)


@pytest.mark.parametrize(
    ("word", "left"),
    [("größe", "grosse"), ("queue", "queue"), ("bauer", "bauer"), ("poesie", "posie")],
)
def test_words_are_folded_as_lucene_folds_them(word: str, left: str) -> None:
    assert blueprint.folded(word) == left
