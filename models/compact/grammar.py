"""Builds practice sentences in which one small thing decides: not, but, thanks, rather than.

The sentences teach composition (which clause wins, what a negation turns, who is meant), not
vocabulary. They are no posts: the written posts are counted and evaluated without them.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator

from corpus import HERE, LABELS, Example

BRANDS = {"{a}": "[MARKE]", "{b}": "[ANDERE]"}
SWAPPED = {"{a}": "[ANDERE]", "{b}": "[MARKE]"}
NEGATIVE, NEUTRAL, POSITIVE = range(3)
Line = tuple[str, int]


class Grammar:
    """Draws sentences with their label toward `[MARKE]`; seeded."""

    def __init__(self, seed: int) -> None:
        self._words = tomllib.loads((HERE / "grammar.toml").read_text("utf-8"))
        self._rng = random.Random(seed)

    def sentences(self, count: int) -> Iterator[Example]:
        """`count` examples, the kinds of sentence in turn."""
        kinds: list[Callable[[], Line]] = [
            self._switch,
            self._irony,
            self._irony,
            self._contrast,
            self._adjective,
            self._two_clauses,
            self._compared,
            self._rather,
            self._neutral,
            self._verbs,
        ]
        for number in range(count):
            text, label = kinds[number % len(kinds)]()
            yield Example(text, label, "grammar")

    def _one(self, name: str) -> str:
        return str(self._rng.choice(self._words[name]))

    def _tone(self) -> tuple[int, str, str]:
        """A label, the prefix of its word lists and that of the opposite."""
        good = self._rng.random() < 0.5
        return (POSITIVE, "good", "bad") if good else (NEGATIVE, "bad", "good")

    def _switch(self) -> Line:
        good = self._rng.random() < 0.5
        pair = self._rng.choice(self._words["switches"])
        text = _named(pair[0 if good else 1], BRANDS)
        return self._decorated(text), POSITIVE if good else NEGATIVE

    def _irony(self) -> Line:
        """Praise and a fact: the fact decides."""
        label, name, _ = self._tone()
        fact = self._one(f"{name}_facts")
        roll = self._rng.random()
        if roll < 0.55:
            text = f"{self._one('praise')} {fact}."
        elif roll < 0.8:
            text = f"{fact}, {self._one('praise_ends')}, {{a}}."
        elif roll < 0.9:
            text = f"{{a}}: {fact}. {self._one('praise_ends')}."
        elif label == NEGATIVE:
            text = f"{self._one('blame')} {fact}."
        else:
            text = f"{{a}}, {fact}."
        return _named(text, BRANDS), label

    def _contrast(self) -> Line:
        """The last clause decides."""
        label, name, other = self._tone()
        first, last = self._one(f"{other}_adjectives"), self._one(f"{name}_adjectives")
        one, two = self._rng.sample(self._words["aspects"], 2)
        shape = self._rng.choice(
            (
                "{one} bei {{a}} war {first}, aber {two} war {last}.",
                "Zwar war {one} {first}, aber {two} von {{a}} ist {last}.",
                "Anfangs war {one} bei {{a}} {first}, inzwischen ist alles {last}.",
                "{one} war {first}, trotzdem finde ich {{a}} {last}.",
                "Obwohl {one} {first} war, ist {{a}} für mich {last}.",
                "Auf den ersten Blick {first}, am Ende ist {{a}} einfach {last}.",
                "Erst {first}, jetzt {last}: {{a}}.",
                "{one} {first}, dafür ist {two} bei {{a}} {last}.",
                "{{a}} wirkte {first}, ist aber {last}.",
                "Ich dachte, {{a}} sei {first}, doch {two} war {last}.",
            )
        )
        text = shape.format(one=one, two=two, first=first, last=last)
        return _named(text[0].upper() + text[1:], BRANDS), label

    def _adjective(self) -> Line:
        """Plain and negated predicates."""
        label, name, other = self._tone()
        aspect = self._one("aspects")
        plain, opposite = self._one(f"{name}_adjectives"), self._one(f"{other}_adjectives")
        shape = self._rng.choice(
            (
                "{aspect} bei {{a}} ist {plain}.",
                "{aspect} von {{a}} war {plain}.",
                "{aspect} bei {{a}} ist nicht {opposite}.",
                "{aspect} von {{a}} war alles andere als {opposite}.",
                "{{a}} ist wirklich {plain}.",
                "Ich finde {{a}} {plain}.",
                "Ich finde {{a}} überhaupt nicht {opposite}.",
                "{{a}} ist weder {opposite} noch sonst wie auffällig, sondern {plain}.",
                "Kein bisschen {opposite}, {{a}} ist {plain}.",
            )
        )
        text = shape.format(aspect=aspect, plain=plain, opposite=opposite)
        return self._decorated(_named(text[0].upper() + text[1:], BRANDS)), label

    def _two_clauses(self) -> Line:
        """A brand that does well beside one that does not; either may be meant."""
        label, name, other = self._tone()
        mine, theirs = self._one(f"{name}_verbs"), self._one(f"{other}_verbs")
        shape = self._rng.choice(
            (
                "{{a}} {mine}, {{b}} {theirs}.",
                "{{b}} {theirs}, {{a}} {mine}.",
                "{{a}} {mine}, {{b}} dagegen {theirs}.",
                "{{b}} {theirs}, aber {{a}} {mine}.",
                "{{a}} {mine}. {{b}} {theirs}.",
                "Unterschied: {{b}} {theirs} und {{a}} {mine}.",
            )
        )
        return _named(shape.format(mine=mine, theirs=theirs), BRANDS), label

    def _compared(self) -> Line:
        good = self._rng.random() < 0.5
        names = BRANDS if good else SWAPPED
        aspect = self._one("aspects")
        shape = self._rng.choice(
            (
                "{{a}} ist {better} als {{b}}.",
                "{{b}} ist {worse} als {{a}}.",
                "{aspect} bei {{a}} ist {better} als bei {{b}}.",
                "{aspect} bei {{b}} ist {worse} als bei {{a}}.",
                "{{b}} ist nicht so {plain} wie {{a}}.",
                "{{a}} ist nicht so {bad} wie {{b}}.",
                "So {plain} wie {{a}} ist {{b}} noch lange nicht.",
                "Bei {{a}} ist {aspect} {plain}, bei {{b}} {bad}.",
                "Verglichen mit {{b}} ist {{a}} {plain}.",
                "Verglichen mit {{a}} ist {{b}} {bad}.",
                "{{a}} ist {plain}, {{b}} ist {bad}.",
                "{{b}} ist {bad}, {{a}} ist {plain}.",
                "Während {{b}} {bad} ist, finde ich {{a}} {plain}.",
            )
        )
        text = shape.format(
            aspect=aspect,
            better=self._one("good_comparatives"),
            worse=self._one("bad_comparatives"),
            plain=self._one("good_adjectives"),
            bad=self._one("bad_adjectives"),
        )
        return _named(text[0].upper() + text[1:], names), POSITIVE if good else NEGATIVE

    def _rather(self) -> Line:
        good = self._rng.random() < 0.5
        text = _named(self._one("a_better"), BRANDS if good else SWAPPED)
        return text, POSITIVE if good else NEGATIVE

    def _neutral(self) -> Line:
        names = BRANDS if self._rng.random() < 0.7 else SWAPPED
        text = self._one("neutral")
        return _named(text, names if "{b}" in text else BRANDS), NEUTRAL

    def _verbs(self) -> Line:
        label, name, _ = self._tone()
        start = self._rng.choice(("{a}", "Auch diesmal: {a}", "Mein Fazit: {a}", "Stimmt, {a}"))
        return self._decorated(_named(f"{start} {self._one(f'{name}_verbs')}.", BRANDS)), label

    def _decorated(self, text: str) -> str:
        """A tail or head that changes nothing."""
        heads = ("", "", "", "Also: ", "Ehrlich gesagt: ", "Update: ", "Kurz gesagt: ")
        tails = (
            "",
            "",
            "",
            " Punkt.",
            " Ist halt so.",
            " Nur meine Meinung.",
            " Seit Jahren schon.",
        )
        return f"{self._rng.choice(heads)}{text}{self._rng.choice(tails)}"


def _named(text: str, names: dict[str, str]) -> str:
    for slot, word in names.items():
        text = text.replace(slot, word)
    return text


if __name__ == "__main__":
    for example in Grammar(1).sentences(40):
        print(f"{LABELS[example.label]:9}{example.text}")
