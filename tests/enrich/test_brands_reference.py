"""The matcher finds what a look-around expression finds, on thousands of odd texts."""

from __future__ import annotations

import re
import unicodedata

from enrich.readings import brand
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leumund.config import Brand
from leumund.enrich.brands import BrandReader

NAMES = ["bahn", "bahn ost", "tal", "tal bahn", "@tal", "süd-tal", "tals", "esbahn", "weiß", "a"]
HANDLES = {"@tal", "@tal's", "@tal’s"}  # the sign is part of the name
RULES = [
    brand("Bahn", "bahn ost", "esbahn", exclude=("s-bahn", "bahn osten")),
    brand("Tal", "tal bahn", "@tal", "tals"),
    brand("Süd-Tal", "weiß", "a", exclude=("a bahn",)),
]
PIECES = [*NAMES, "s", "es", "'s", "’", "-", "_", " ", "@", "#", "\n", "x", "7", "\u0301", "s-",
          "osten", "ß", "ss", "S", "BAHN", "Ä", "İ", "ı", "🙂", "."]  # fmt: skip


def reference(text: str, firm: Brand) -> list[tuple[int, int]]:
    """The look-around expression for one brand, masks applied; no automaton, no folding."""
    word = r"[^\W_\u0300-\u036f]|[\u0300-\u036f]"
    masks = [m.span() for e in firm.exclude for m in every(whole([e], word), text)]
    names = [firm.name, *firm.aliases]
    found = []
    at = 0
    while at <= len(text):
        spans = [
            match.span()
            for name in sorted(names, key=len, reverse=True)
            if (match := whole([name], word).match(text, at))
        ]
        spans = [s for s in spans if not any(a <= s[0] and s[1] <= b for a, b in masks)]
        if spans:
            found.append(spans[0])
            at = spans[0][1]
        else:
            at += 1
    return found


def every(expression: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [m for at in range(len(text)) if (m := expression.match(text, at))]


def whole(names: list[str], word: str) -> re.Pattern[str]:
    parts = []
    for name in names:
        plain = re.escape(name).replace("'", "['’]").replace("ß", "(?:ß|ss)")
        parts.append(f"{plain}(?:{endings(name)})?")
    return re.compile(
        rf"(?<!{word[: word.index('|')]})(?<![\u0300-\u036f])(?:{'|'.join(parts)})(?!{word})", re.I
    )


def endings(name: str) -> str:
    if name[0] == "@":
        return "['’]s"
    strong = "es|" if len(name.rsplit(maxsplit=1)[-1]) >= 5 and name[-1] not in "aeiouyäöü" else ""
    return rf"['’]s|{strong}['’]" if name[-1] in "sßxz" else f"['’]s|{strong}s"


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("tal bahn osten")
@example("@tal's @tals @bahn")
@example("bahnes esbahnes tals's")
def test_nothing_is_missed_that_the_look_around_expression_finds(text: str) -> None:
    for firm in RULES:
        alone = BrandReader([firm])
        found = [
            (start + (text[start] in "@#" and (text[start:end].lower() not in HANDLES)), end)
            for _, start, end in alone.find(text)
        ]
        assert found == reference(text, firm)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aàâä̈́́ßıİﬁΣς\u00ad\u200d bBhnN-@'’", max_size=30))
def test_every_span_holds_the_name_and_lies_in_the_text(text: str) -> None:
    for _, start, end in BrandReader([brand("Bahn", "ab", "İß")]).find(text):
        assert 0 <= start < end <= len(text)
        inside = unicodedata.normalize("NFKD", text[start:end]).lower()
        plain = re.sub(r"[^a-z]", "", inside.replace("ß", "ss").replace("ı", "i"))
        assert plain.removesuffix("s") in {"bahn", "ab", "iss", "is"}
