from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leumund import flows
from leumund.config import load
from leumund.wiring import Parts

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SETTINGS = """
[[brand]]
name = "Nordwindbank"
sources = ["forum"]

[[source]]
name = "forum"
type = "files"
kind = "post"
{more}
"""


def parts(folder: Path, *, more: str, now: datetime) -> Parts:
    path = folder / "leumund.toml"
    path.write_text(SETTINGS.format(more=more), encoding="utf-8")
    return Parts(path=path, config=load(path), home=folder / "home", clock=lambda: now)


@pytest.mark.parametrize(("more", "left"), [("", 0), ("keep = true", 1), ("example = true", 1)])
def test_a_key_is_forgotten_when_no_row_that_it_made_can_be_left(
    tmp_path: Path, more: str, left: int
) -> None:
    then = NOW - timedelta(days=200)
    parts(tmp_path, more=more, now=then).keyring.pseudonym("forum", "lena", now=then)
    later = parts(tmp_path, more=more, now=NOW)
    flows.maintain(later)
    assert len(list(later.keyring.every_pseudonym("forum", "lena"))) == left


def test_texts_expire_by_day_of_collection_and_examples_never(tmp_path: Path) -> None:
    rows = tmp_path / "export.csv"
    rows.write_text("text;published_at\nDie Nordwindbank hilft sofort.;21.11.2015 14:30\n")
    for more, emptied in (("", 1), ("example = true", 0)):
        folder = tmp_path / (more or "plain").split()[0]
        folder.mkdir()
        first = parts(folder, more=more, now=NOW)
        flows.import_files(first, [rows], source="forum")
        assert flows.maintain(first)["forum"].emptied == 0, "an old text was collected today"
        later = parts(folder, more=more, now=NOW + timedelta(days=31))
        proof = flows.maintain(later).get("forum")
        assert (proof.emptied if proof else 0) == emptied
