"""Measures reputation: from counted evidence to an index with an honest margin and to alarms."""
