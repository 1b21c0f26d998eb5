"""Writes numbers, dates and foreign text into the page so that each can be checked and none bites.

Each number carries `data-fact` (which fact it is) and `data-value` (its unrounded value), so that
a test can compare what people read with the facts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from html import unescape
from urllib.parse import urlsplit

import nh3
from markupsafe import Markup

from leumund.types import Estimate
from leumund.words import clock, day, number

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def shown(value: float, form: str = "0") -> str:
    """A number as the page writes it; `form` is digits, "size", "signed", "share" or "chance".

    A size has no sign. A share is in [0, 1]. A chance is a probability never called certain.

    >>> shown(61.4), shown(0.436, "2"), shown(-3.6, "signed"), shown(0.2, "signed")
    ('61', '0,44', '−4', '±0')
    >>> shown(0.318, "share"), shown(0.9996, "chance"), shown(0.002, "chance")
    ('32\\xa0%', 'über 99\\xa0%', 'unter 1\\xa0%')
    """
    if form in ("size", "signed"):
        size = number(abs(value))
        if form == "size":
            return size
        return f"±{size}" if size == "0" else f"{'+' if value > 0 else '−'}{size}"
    if form in ("share", "chance"):
        if form == "chance" and value > 0.99:
            return "über 99\u00a0%"
        if 0 < value < 0.01:
            return "unter 1\u00a0%"
        return f"{number(100 * value)}\u00a0%"
    return number(value, int(form))


def finer(value: Estimate | None) -> str:
    """Digits for a percentage: one below 10, where a whole percent is too coarse.

    >>> finer(Estimate(value=1.2, low=1.1, high=1.3)), finer(Estimate(value=34, low=30, high=38))
    ('1', '0')
    """
    return "1" if value and value.value < 10 else "0"


def fact(value: float, key: str, form: str = "0") -> Markup:
    """A number of the facts, with the name of the fact.

    >>> fact(61.4, "Musterbahn/fast/value")
    Markup('<data data-fact="Musterbahn/fast/value" data-form="0" data-value="61.4">61</data>')
    """
    mark = Markup('<data data-fact="{}" data-form="{}" data-value="{}">{}</data>')
    return mark.format(key, form, value, shown(value, form))


def day_mark(moment: date) -> Markup:
    """A day, readable by people and machines."""
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), day(moment))


def clock_mark(moment: datetime) -> Markup:
    """A point in time in Berlin, readable by people and machines."""
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), clock(moment))


def plain(text: str) -> str:
    """Foreign text without tags and invisible controls; still to be escaped.

    >>> plain("<b>Neu:</b>\\u202e 3 < 5 &amp; mehr<script>alert(1)</script>")
    'Neu: 3 < 5 & mehr'
    """
    return unescape(nh3.clean(_INVISIBLE.sub("", text), tags=set()))


def foreign(text: str) -> Markup:
    """Foreign text, fenced so that neither tags nor writing direction reach the page."""
    return Markup("<bdi data-foreign>{}</bdi>").format(plain(text).strip() or "Ohne Text")


def link(text: str, url: str) -> Markup:
    """Foreign text as a link where the address is a plain web address, else as text.

    >>> link("Titel", "javascript:alert(1)")
    Markup('<bdi data-foreign>Titel</bdi>')
    """
    label = foreign(text)
    if not is_web(url):
        return label
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, label)


def is_web(url: str) -> bool:
    """Whether an address is http or https with a host and without blanks or controls."""
    if re.search(r"[\s\x00-\x1f\x7f\\]", url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def script_json(value: Mapping[str, object]) -> Markup:
    """JSON that no text inside can end early when it stands in a script element.

    >>> script_json({"a": "</script><!--\\u2028"})
    Markup('{"a":"\\\\u003c/script\\\\u003e\\\\u003c!--\\\\u2028"}')
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 (escaped just above)
