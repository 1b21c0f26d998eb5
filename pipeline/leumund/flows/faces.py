"""Gives a story the line by which people know it again."""

import textwrap

from leumund.record.evidence import Face

WIDTH = 90


def headline(face: Face) -> str:
    """Its title; of a post without one the beginning of its text, empty once that has expired."""
    return textwrap.shorten(face.headline or face.excerpt, WIDTH, placeholder=" …")
