"""What can go wrong, sorted by what the caller should do about it."""


class LeumundError(Exception):
    """Base of the three classes below, so that one `except` at the edge is enough."""


class Misconfigured(LeumundError):
    """Stop and tell a person: settings, credentials or installed files are wrong."""


class Unavailable(LeumundError):
    """Try again later: the other side is away, slow or asks to wait.

    `retry_after` is in seconds; None means that the other side named no time.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreadable(LeumundError):
    """Skip and count: this one item cannot be understood, its neighbours can."""
