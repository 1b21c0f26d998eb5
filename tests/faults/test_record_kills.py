"""A real kill at any point of the record's work loses nothing and doubles nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from faults.kill import KILLS, kill_and_finish, run

from leumund.record import dump, health, ledger, open_record

WORK = (
    "store.after_mentions",
    "store.after_tombstones",
    "store.before_commit",
    "store.after_commit",
    "enrich.before_commit",
    "enrich.after_commit",
    "stories.before_commit",
    "stories.after_commit",
    "score.before_commit",
    "score.after_commit",
    "outbox.after_claim",
    "alert.after_mark",
)
FORGET = ("retention.mid_batch", "erase.before_commit")
SCRIPT = str(Path(__file__).with_name("record_work.py"))
PARTS = 2 * KILLS + 2


def command(folder: Path, task: str) -> list[str]:
    return [SCRIPT, str(folder), str(PARTS), task]


def outcome(folder: Path) -> list[str]:
    """All that the record holds, after the checks that must hold at any moment."""
    with open_record(folder / "record.sqlite") as record:
        assert health.damage(record) == []
        assert ledger.balance(record) == []
        return [*dump.canonical(record), *dump.results(record)]


def sent(folder: Path) -> list[str]:
    return (folder / "sent").read_text().splitlines()


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a day on which nothing was killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    ended = run(command(folder, "work"))
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.fixture(scope="module")
def forgotten(worked: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("forgotten") / "copy"
    shutil.copytree(worked, folder)
    ended = run(command(folder, "forget"))
    assert ended.returncode == 0, ended.stderr
    return outcome(folder)


@pytest.mark.parametrize("point", WORK)
def test_work_ends_as_if_nothing_had_happened(point: str, worked: Path, tmp_path: Path) -> None:
    kills = kill_and_finish(command(tmp_path, "work"), point, after_kill=lambda: outcome(tmp_path))
    assert kills == KILLS
    assert outcome(tmp_path) == outcome(worked)
    assert set(sent(tmp_path)) == set(sent(worked))
    again = len(sent(tmp_path)) - len(sent(worked))
    assert again == 0, "each message was marked before the next claim"


@pytest.mark.parametrize("point", FORGET)
def test_forgetting_ends_as_if_nothing_had_happened(
    point: str, worked: Path, forgotten: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(worked, folder)
    passes = [1 + n % 2 for n in range(KILLS)]
    kills = kill_and_finish(
        command(folder, "forget"), point, passes=passes, after_kill=lambda: outcome(folder)
    )
    assert kills == KILLS
    assert outcome(folder) == forgotten


def test_a_migration_happens_whole_or_not_at_all(worked: Path, tmp_path: Path) -> None:
    kills = kill_and_finish(command(tmp_path, "work"), "migrate.mid_step", passes=[1] * KILLS)
    assert kills == KILLS
    assert outcome(tmp_path) == outcome(worked)


def test_what_was_committed_is_there_after_the_kill(tmp_path: Path) -> None:
    """Between kill and next start: whole pages only, each with its cursor and its counts."""
    for point, pages in (("store.before_commit", 1), ("store.after_commit", 3)):
        ended = run(command(tmp_path, "work"), at=f"{point}:2")
        assert ended.returncode < 0
        with open_record(tmp_path / "record.sqlite") as record:
            assert ledger.balance(record) == []
            terms = ledger.table(record)
            fetched = sum(n["fetched"] for (stage, _), n in terms.items() if stage == "collect")
        assert fetched == sum([10, 14, 10][:pages])
