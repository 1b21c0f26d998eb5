"""Runs the migrations on the connection, and inside the transaction, that the record hands over."""

from alembic import context

from leumund.record.tables import metadata

if __name__ == "env_py":  # the name under which Alembic loads this file
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=True,
    )
    context.run_migrations()
