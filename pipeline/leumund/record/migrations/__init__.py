"""The history of the tables, oldest first; a released revision is never edited."""
