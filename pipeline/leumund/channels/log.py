"""Writes an alert into the program's log: the channel that always works."""

import logging

from leumund.types import Alert

log = logging.getLogger(__name__)


class LogChannel:
    """Says subject and target of an alert; the text stays in the record, logs carry no texts."""

    def send(self, alert: Alert) -> None:
        """Cannot fail; a second sending writes the same line with the same key."""
        log.warning(
            "%s", alert.subject, extra={"event": "alert", "key": alert.key, "target": alert.target}
        )
