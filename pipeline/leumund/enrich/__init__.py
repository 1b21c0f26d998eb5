"""Reads mentions: language, brands, stories, and what is said about each brand."""
