"""Writes .env from .env.example with random passwords, readable by its owner alone: `make env`.

Values that stand in .env already are kept, so it may be run again after an update.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import sys
from pathlib import Path

LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
LOGINS = {"LEUMUND_ELASTICSEARCH_PASSWORD": "elastic", "LEUMUND_AIRFLOW_PASSWORD": "admin"}


def random_value(name: str) -> str:
    """A value nobody can guess: 32 random bytes, in hexadecimal, or as a Fernet key wants them."""
    if name.endswith("FERNET_KEY"):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(32)


def filled(example: str, present: str = "") -> str:
    """The text of .env: `present`, else `example`, with a random value for every empty one.

    What only the example has is added at the end.
    """
    lines = (present or example).splitlines()
    there = {found[1] for found in LINE.finditer("\n".join(lines))}
    lines += [
        found[0] for found in LINE.finditer(example) if not found[2] and found[1] not in there
    ]
    return "".join(f"{_with_value(line)}\n" for line in lines)


def write(path: Path, text: str) -> None:
    """Replace the file as a whole; at no moment may anybody else read it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _with_value(line: str) -> str:
    found = LINE.match(line)
    return line if found is None or found[2].strip() else f"{found[1]}={random_value(found[1])}"


def main(folder: Path) -> None:
    """Write .env in the folder and say where the logins stand, not what they are."""
    path = folder / ".env"
    present = path.read_text("utf-8") if path.exists() else ""
    write(path, filled((folder / ".env.example").read_text("utf-8"), present))
    logins = "".join(f"  user {user}: {name}\n" for name, user in LOGINS.items())
    sys.stdout.write(f"{path} is ready. The passwords to log in with stand there:\n{logins}")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[1])
