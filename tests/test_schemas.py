"""The schemas in the repository are those of the code, and the field dictionary is complete."""

import re
from dataclasses import fields
from pathlib import Path

from leumund import schemas, types

ROOT = Path(__file__).parents[1]


def test_committed_schemas_equal_the_generated_ones() -> None:
    for name, schema in schemas.generated().items():
        committed = (ROOT / "schemas/json" / name).read_text("utf-8")
        assert committed == schemas.text_of(schema), "run: python -m leumund.schemas"


def test_the_field_dictionary_names_every_field_and_no_other() -> None:
    text = (ROOT / "schemas/README.md").read_text("utf-8")
    for kind in (types.Mention, types.Opinion, types.Evidence, types.IndexPoint, types.Signal):
        section = text.split(f"## {kind.__name__}\n", 1)[1].split("\n## ", 1)[0]
        listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        assert listed == [field.name for field in fields(kind)], kind.__name__
