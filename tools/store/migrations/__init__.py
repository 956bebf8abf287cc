"""Alembic revisions; see `tools.store.schema` for how they are named and run."""
