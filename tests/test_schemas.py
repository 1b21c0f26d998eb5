"""The schemas in the repository are those of the code, and the field dictionary is complete."""

import re
from dataclasses import fields
from pathlib import Path

from leumund import schemas, types
from leumund.views import blueprint

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


def test_the_field_dictionary_names_every_field_of_elasticsearch_with_its_type() -> None:
    text = (ROOT / "schemas/README.md").read_text("utf-8")
    parts = {f"leumund-{index}": f"leumund-{index}-fields" for index in blueprint.INDICES}
    components = blueprint.load().components
    for title, part in {"All indices": "leumund-fields", **parts}.items():
        section = text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
        listed = re.findall(r"^\| `([\w@.]+)` \| (\w+) \|", section, re.MULTILINE)
        mapped = blueprint.fields(components[part]["template"]["mappings"])
        assert dict(listed) == {name: params["type"] for name, params in mapped.items()}, title
        assert len(listed) == len(mapped), title


def test_no_row_of_the_field_dictionary_is_short_of_an_answer() -> None:
    text = (ROOT / "schemas/README.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows
    for row in rows:
        assert len([cell for cell in row.strip("|").split("|") if cell.strip()]) == 5, row
