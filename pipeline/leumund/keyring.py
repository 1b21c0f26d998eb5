"""Turns names of authors into keyed hashes; the keys lie outside the record, one a period."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from leumund.types import BERLIN

Period = Literal["month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys of 32 random bytes, one file a period, readable by the owner alone."""

    folder: Path
    period: Period

    def pseudonym(self, source: str, author: str, *, now: datetime) -> str:
        """HMAC-SHA-256 over source and author, 64 hex digits; empty for an empty name."""
        return _digest(self._key(self._name(now)), source, author) if author else ""

    def every_pseudonym(self, source: str, author: str) -> Iterator[str]:
        """The hashes under which the author may still be stored, one for each key that exists."""
        for path in sorted(self.folder.glob("*.key")):
            yield _digest(path.read_bytes(), source, author)

    def forget(self, before: datetime) -> int:
        """Destroy the keys of periods that ended before; returns how many.

        With its key a period's pseudonyms can no longer be linked to anybody.
        """
        current, count = self._name(before), 0
        for path in self.folder.glob("*.key"):
            if path.stem < current:
                path.unlink()
                count += 1
        return count

    def _name(self, now: datetime) -> str:
        local = now.astimezone(BERLIN)
        part = {"month": local.month, "quarter": (local.month + 2) // 3, "year": 0}[self.period]
        return f"{local.year}-{part:02d}"

    def _key(self, name: str) -> bytes:
        path = self.folder / f"{name}.key"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_suffix(f".{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_bytes(secrets.token_bytes(32))
            try:
                os.link(draft, path)  # the first of two processes wins, the other reads its key
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_bytes()


def _digest(key: bytes, source: str, author: str) -> str:
    return hmac.new(key, f"{source}:{author}".encode(), hashlib.sha256).hexdigest()
