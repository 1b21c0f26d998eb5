"""Puts verdicts and alarms into the German that a press officer would write."""

from __future__ import annotations

from datetime import date
from textwrap import wrap

from markupsafe import Markup

from leumund.types import IndexPoint, Signal
from leumund.views.facts import Basis, BrandFacts, MethodFacts, Story, Support
from leumund.views.marking import fact
from leumund.words import counted, day, listed, number, reason, word

SYMBOLS = {"better": "▲", "worse": "▼", "stable": "■", "open": "◇", "none": "–"}
SIGNAL_NAMES = {
    "drop": word("trend_alarm"),
    "rise": "Mehr Zuspruch",
    "all_clear": word("all_clear"),
}
_UNCORRECTED_STEP = "count"
_LINE = 44


def worth(support: Support, key: str) -> Markup:
    """How much a figure rests on, in words, with its two numbers marked.

    >>> worth(Support(days=14, posts=84, independent=38.2), "a").striptags()
    '84 Beiträge, so aussagekräftig wie 38 unabhängige'
    """
    noun = "Beitrag" if support.posts == 1 else "Beiträge"
    kind = "unabhängiger" if number(support.independent) == "1" else "unabhängige"
    return Markup("{} {}, so aussagekräftig wie {} {}").format(
        fact(support.posts, f"{key}/posts"),
        noun,
        fact(support.independent, f"{key}/independent"),
        kind,
    )


def verdict(point: IndexPoint) -> str:
    """Symbol and word of the verdict; an empty text where there is none (see `why_not`)."""
    if point.verdict == "none":
        return ""
    return f"{SYMBOLS[point.verdict]} {word(point.verdict)}"


def why_not(brand: BrandFacts, method: MethodFacts) -> Markup:
    """The reason for which there is no verdict, with its figures marked."""
    support, key = brand.supports.verdict, f"{brand.name}/verdict"
    return Markup(  # noqa: S704 (our own sentence around marked numbers)
        reason(
            brand.latest.reason,
            n=fact(support.posts, f"{key}/posts"),
            n_eff=fact(support.independent, f"{key}/independent"),
            needed=fact(method.n_min, "method/n_min"),
            day=day(_method_since(brand)),
        )
    )


def verdict_lines(brand: BrandFacts, method: MethodFacts) -> list[str]:
    """The label above the index chart, in lines that fit a phone."""
    point = brand.latest
    if point.verdict == "none":
        return wrap(why_not(brand, method).striptags(), _LINE)
    return wrap(f"{verdict(point)} ({number(point.window)} Tage)", _LINE)


def longer_window(point: IndexPoint) -> str:
    """Why the verdict looks at more than four weeks, or nothing.

    >>> from leumund.words import WORDS
    >>> {"longer_window", "half_years", "years"} <= set(WORDS)
    True
    """
    if point.verdict == "none":
        return ""
    keys = {91: "longer_window", 182: "half_years", 365: "years"}
    return word(keys[point.window]) if point.window in keys else ""


def correction(point: IndexPoint, method: MethodFacts) -> str:
    """What the reader has to know about the correction of a value, or nothing."""
    if point.step == _UNCORRECTED_STEP:
        return word("uncorrected")
    return word("estimated") if method.estimated else ""


def signal_name(signal: Signal) -> str:
    """What kind of marker this is, with its level where one is told."""
    name = SIGNAL_NAMES[signal.kind]
    return f"{name}, {word(signal.level)}" if signal.kind == "drop" else name


def basis(what: Basis) -> Markup:
    """What the figures rest on, and what is not included.

    >>> from leumund.views.facts import BasisSource
    >>> example = BasisSource(name="a", kind="Presse", example=True, reached=True)
    >>> basis(Basis(sources=(example,), not_included=("soziale Netze",))).striptags()
    '1 Quelle mit Beispieldaten. Nicht enthalten: soziale Netze.'
    """
    groups = []
    if what.open:
        noun = "Quelle" if len(what.open) == 1 else "Quellen"
        counted_open = fact(len(what.open), "basis/open")
        groups.append(Markup("{} frei zugängliche {}").format(counted_open, noun))
    if what.examples:
        noun = "Quelle" if len(what.examples) == 1 else "Quellen"
        counted = fact(len(what.examples), "basis/examples")
        groups.append(Markup("{} {} mit {}").format(counted, noun, word("example")))
    left_out = f" Nicht enthalten: {listed(what.not_included)}." if what.not_included else ""
    return Markup(" und ").join(groups) + "." + left_out


def copies(story: Story) -> str:
    """A story and who took it up, as people count it.

    >>> from leumund.types import BERLIN
    >>> from datetime import datetime
    >>> one = Story(headline="", url="", source="", first_seen=datetime.now(BERLIN), posts=41,
    ...             pickups=40, tone="neutral", share=1.0)
    >>> copies(one)
    '1 Meldung, 40 Übernahmen'
    """
    return f"1 {word('story')}, {counted(story.pickups, 'Übernahme', 'Übernahmen')}"


def _method_since(brand: BrandFacts) -> date:
    return next(p.day for p in brand.points if p.method == brand.latest.method)
