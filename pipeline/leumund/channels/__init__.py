"""Channels tell people; the outbox of the record decides who still has to hear it."""
