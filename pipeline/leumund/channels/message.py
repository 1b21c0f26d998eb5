"""Puts a signal into words, German or English: what happened, where it began, who carried it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from leumund.types import BERLIN, Driver, Signal
from leumund.words import Language, clock, counted, day, listed, number, percent, word

SURE = 0.99
STYLE = "font:15px/1.5 system-ui,sans-serif;color:#1a1a1a;max-width:640px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Subject, plain text and HTML of one signal."""

    subject: str
    text: str
    html: str


def compose(
    signal: Signal, *, language: Language = "de", owner: str = "", example: bool = False
) -> Message:
    """The message of a drop or an all-clear. A sentence whose figure is missing is left out."""
    subject = _subject(signal, language)
    if example:
        subject = f"[{word('example', language)}] {subject}"
    lines = list(_lines(signal, language, owner))
    examples = [
        (driver.headline, driver.url, driver.source) for driver in signal.drivers if driver.headline
    ][:5]
    notes = list(_notes(signal, language))
    return Message(
        subject=subject,
        text=_plain(lines, examples, notes, language),
        html=_html(lines, examples, notes, language),
    )


def _subject(signal: Signal, language: Language) -> str:
    since = f"{signal.start:%d.%m.}" if language == "de" else f"{signal.start:%-d %B}"
    posts = number(signal.posts, 0, language)
    usual = number(signal.usual, 0, language)
    if signal.kind == "all_clear":
        calm = ("Kritik wieder im üblichen Maß", "criticism back to its usual level")
        return f"{word('all_clear', language)}: {signal.brand} – {calm[language == 'en']}"
    level = word(signal.level, language)
    if language == "en":
        much = "more criticism" if signal.level == "notice" else "much more criticism"
        return f"{level}: {signal.brand} – {much} since {since}, {posts} posts (usual {usual})"
    much = "mehr Kritik" if signal.level == "notice" else "deutlich mehr Kritik"
    return f"{level}: {signal.brand} – seit {since} {much}, {posts} Beiträge (üblich {usual})"


def _lines(signal: Signal, language: Language, owner: str) -> Iterator[str]:
    if signal.drivers and signal.drivers[0].headline:
        yield signal.drivers[0].headline
    if signal.drivers:
        yield _origin(signal.drivers[0], language)
    if signal.kind == "drop":
        yield _size(signal, language)
    if signal.sources:
        named = [f"{name} ({number(count, 0, language)})" for name, count in signal.sources[:5]]
        yield f"{_say('Am meisten aus', 'Mostly from', language)}: {listed(named, language)}."
    if owner:
        yield f"{word('owner', language)}: {owner}."


def _say(german: str, english: str, language: Language) -> str:
    return german if language == "de" else english


def _size(signal: Signal, language: Language) -> str:
    low, high = sorted((abs(signal.size.low), abs(signal.size.high)))
    fall, least, most = (number(x, 0, language) for x in (abs(signal.size.value), low, high))
    chance = _chance(signal.probability, language)
    return _say(
        f"Der {word('index')} liegt seitdem {fall} Punkte unter dem {word('slow')} "
        f"({word('margin')}: {least} bis {most}). "
        f"Dass er um mehr als 3 Punkte gefallen ist, hat eine Wahrscheinlichkeit von {chance}.",
        f"Since then the {word('index', 'en').lower()} has been {fall} points below its "
        f"{word('slow', 'en').lower()} ({word('margin', 'en').lower()}: {least} to {most}). "
        f"A fall of more than 3 points has a probability of {chance}.",
        language,
    )


def _chance(probability: float, language: Language) -> str:
    """A probability in percent; nothing is certain, so the last percent is not rounded up."""
    if probability > SURE:
        return f"{_say('über', 'more than', language)} {percent(SURE, 0, language)}"
    return percent(probability, 0, language)


def _origin(first: Driver, language: Language) -> str:
    moment = first.published_at.astimezone(BERLIN)
    sentence = _say(
        f"Zuerst: {first.source}, {moment:%d.%m.}, {moment:%-H:%M} Uhr.",
        f"First: {first.source}, {moment:%-d %B, %H:%M}.",
        language,
    )
    others = first.sources - 1
    if others > 0:
        sentence += _say(
            f" Übernommen von {counted(others, 'weiteren Quelle', 'weiteren Quellen')}.",
            f" Picked up by {counted(others, 'other source', 'other sources', language)}.",
            language,
        )
    return sentence


def _notes(signal: Signal, language: Language) -> Iterator[str]:
    decided, closed = clock(signal.decided_at, language), day(signal.day, language)
    yield _say(
        f"{word('trend_alarm')}, entschieden am {decided} über die Tage bis {closed}.",
        f"{word('trend_alarm', 'en')}, decided on {decided} for the days up to {closed}.",
        language,
    )
    if signal.provisional:
        yield _say(
            "Vorläufig: Für eine endgültige Einordnung fehlen noch Beobachtungstage.",
            "Provisional: more observed days are needed for a final judgement.",
            language,
        )
    yield word("estimated", language) + "."


def _plain(
    lines: list[str], examples: list[tuple[str, str, str]], notes: list[str], language: Language
) -> str:
    parts = ["\n".join(lines)]
    if examples:
        head = "Beispiele:" if language == "de" else "Examples:"
        items = [
            f"- {title} ({source})" + (f"\n  {url}" if url else "")
            for title, url, source in examples
        ]
        parts.append("\n".join([head, *items]))
    parts.append("\n".join(notes))
    return "\n\n".join(parts) + "\n"


def _html(
    lines: list[str], examples: list[tuple[str, str, str]], notes: list[str], language: Language
) -> str:
    body = [f"<p style='font-size:18px;font-weight:600'>{escape(lines[0])}</p>"] if lines else []
    body += [f"<p>{escape(line)}</p>" for line in lines[1:]]
    if examples:
        body.append(f"<p><b>{'Beispiele' if language == 'de' else 'Examples'}</b></p><ul>")
        body += [
            f"<li>{_link(title, url)} ({escape(source)})</li>" for title, url, source in examples
        ]
        body.append("</ul>")
    body += [f"<p style='color:#555;font-size:13px'>{escape(note)}</p>" for note in notes]
    inner = "\n".join(body)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head>'
        f'<body style="{STYLE}">{inner}</body></html>'
    )


def _link(title: str, url: str) -> str:
    if url.startswith(("https://", "http://")):
        return f'<a href="{escape(url, quote=True)}">{escape(title)}</a>'
    return escape(title)
