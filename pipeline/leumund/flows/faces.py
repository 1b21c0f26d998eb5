"""Gives a story the line by which people know it again."""

import textwrap

from leumund.flows.parts import Parts
from leumund.record.evidence import Face

WIDTH = 90


def headline(face: Face) -> str:
    """Its title; of a post without one the beginning of its text, empty once that has expired."""
    return textwrap.shorten(face.headline or face.excerpt, WIDTH, placeholder=" …")


def may_be_shown(parts: Parts, face: Face) -> bool:
    """Whether views outside the house may show the line: a title, or a text that may be shown."""
    if face.headline:
        return True
    return any(one.show_text for one in parts.config.source if one.name == face.source)
