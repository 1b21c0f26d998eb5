"""Writes the JSON Schemas of a mention and of leumund.toml; run as `python -m leumund.schemas`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from leumund.config import Config
from leumund.types import Mention

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parents[2] / "schemas" / "json"


def generated() -> dict[str, dict[str, Any]]:
    """File name → schema."""
    return {
        "mention.schema.json": {"$schema": DIALECT, **TypeAdapter(Mention).json_schema()},
        "configuration.schema.json": {"$schema": DIALECT, **Config.model_json_schema()},
    }


def text_of(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, schema in generated().items():
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8")
