"""Says what an answer of Elasticsearch means for a document: taken, later, never, or stop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from elastic_transport import TransportError
from elasticsearch import ApiError

from leumund.errors import Misconfigured
from leumund.views import faults

Kind = Literal["done", "superseded", "again", "unplaced", "dead", "stop"]

BLOCKED = "cluster_block_exception"
UNPLACED = ("index_not_found_exception", "index_closed_exception")
WITHOUT_WRITE_INDEX = "no write index is defined for alias"
POISON = (
    "action_request_validation_exception",
    "illegal_argument_exception",
    "json_parse_exception",
    "parse_exception",
    "parsing_exception",
    "x_content_parse_exception",
)
TOO_BUSY = (408, 425, 429)
_FIELD = re.compile(r"""(?:field|introduction of)[ =]?["\[]([\w.@-]{1,120})["\]]""")

FULL = (
    "Elasticsearch takes no documents: a disk is fuller than the flood-stage watermark. "
    "Free disk space or add some; the block then lifts by itself and publishing goes on."
)
READ_ONLY = (
    "Elasticsearch takes no documents: an index is blocked for writing, because it is being copied "
    "or by hand (index.blocks.*). Publishing goes on once the block is lifted."
)
FORBIDDEN = (
    "The API key may not write these documents to Elasticsearch: "
    "take the key of the writer, see `leumund elastic setup --print`."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document, and why.

    `again`: worth another try at once; `unplaced`: its index is missing or closed, its neighbours
    are not concerned; `stop`: no document will be taken before a person has acted.
    """

    kind: Kind
    reason: str = ""


DONE = Outcome("done")
SUPERSEDED = Outcome("superseded", "a newer revision is there")


def of_item(answer: Mapping[str, Any]) -> Outcome:
    """What a bulk request's answer says of one document: status, error, failure_store."""
    error = answer.get("error")
    if error is not None:
        status = answer["status"]
        if status == 409:
            return SUPERSEDED
        return _of_error(status, error.get("type", ""), error.get("reason", ""))
    if answer.get("failure_store") in ("used", "failed"):
        return Outcome("dead", "in the failure store, where no search finds it")
    return DONE


def of_request(error: ApiError | TransportError, url: str, size: int) -> Outcome:
    """What it means for a request to `url` with one document of `size` bytes that it failed."""
    if isinstance(error, ApiError):
        kind, reason = _cause(error)
        if error.status_code == 413:
            return Outcome("dead", f"{size:,} bytes: more than the server takes in one request")
        if error.status_code == 400 and kind in POISON:
            return Outcome("dead", _short(kind, reason))
        if kind == BLOCKED and error.status_code in (403, 429):
            return _blocked(reason)
    told = faults.sorted_error(error, url)
    return Outcome("stop" if isinstance(told, Misconfigured) else "again", str(told))


def _blocked(reason: str) -> Outcome:
    return Outcome("stop", FULL if "flood-stage" in reason else READ_ONLY)


def _of_error(status: int, kind: str, reason: str) -> Outcome:
    if kind == BLOCKED and status in (403, 429):
        return _blocked(reason)
    if kind in UNPLACED or WITHOUT_WRITE_INDEX in reason:
        return Outcome("unplaced", kind)
    if status in (401, 403):
        return Outcome("stop", FORBIDDEN)
    if status >= 500 or status in TOO_BUSY:
        return Outcome("again", f"{status} {kind}".strip())
    return Outcome("dead", _short(kind, reason))


def _cause(error: ApiError) -> tuple[str, str]:
    """Type and reason; both empty where it is not Elasticsearch that answered."""
    body = error.body
    cause = body.get("error") if isinstance(body, dict) else None
    if not isinstance(cause, dict):
        return "", ""
    return str(cause.get("type", "")), str(cause.get("reason", ""))


def _short(kind: str, reason: str) -> str:
    """Type and field only, as a reason of Elasticsearch may quote the document."""
    found = _FIELD.search(reason)
    return f"{kind}, field {found[1]}" if found else kind
