"""The history of the schema, one step a file, applied by Alembic when a store is opened."""
