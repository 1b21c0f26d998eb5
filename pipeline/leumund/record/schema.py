"""Brings the tables of a record to the version of this program, or says why that cannot be."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from leumund.errors import Misconfigured

HEAD = "0002"
"""The newest revision below `migrations/versions`; a test holds it to the files."""


def version(connection: Connection) -> str:
    """The revision of the tables; '' for an empty file."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def is_current(connection: Connection, path: Path) -> bool:
    """Whether nothing has to be migrated.

    Raises:
        Misconfigured: the file holds other tables, or a newer program wrote it.
    """
    found = version(connection)
    if not found and set(inspect(connection).get_table_names()) - {"alembic_version"}:
        raise Misconfigured(f"{path}: holds tables that are not Leumund's. Name another file.")
    if found > HEAD:
        raise Misconfigured(
            f"{path}: written by a newer Leumund (tables {found}, this program knows {HEAD}). "
            "Install that version, or restore the copy made before the upgrade."
        )
    return found == HEAD


def upgrade(connection: Connection, path: Path) -> None:
    """Run the missing migrations inside the caller's transaction: all of them or none."""
    if not is_current(connection, path):  # another process may have been faster
        migrate(connection, HEAD)


def migrate(connection: Connection, target: str) -> None:
    """Go up or down to the revision `target` ("base" removes all tables)."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    here = version(connection) or "base"
    rising = target != "base" and (here == "base" or known.index(target) < known.index(here))
    (command.upgrade if rising else command.downgrade)(config, target)
