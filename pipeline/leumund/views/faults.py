"""Says in one sentence what an answer of Elasticsearch, or none, asks a person to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leumund.errors import LeumundError, Misconfigured, Unavailable

if TYPE_CHECKING:
    from elastic_transport import TransportError
    from elasticsearch import ApiError

SUPPORTED = "9"
BUSY = (429, 502, 503, 504)
COPIED = "index write (api)"
_ACTION = re.compile(r"action \[([^\]]+)\]")


def sorted_error(error: ApiError | TransportError, url: str) -> LeumundError:
    """The error of ours that says what to do about one of the library's."""
    from elasticsearch import ApiError, UnsupportedProductError

    if isinstance(error, UnsupportedProductError):
        return Misconfigured(
            f"What answers at {url} is no Elasticsearch {SUPPORTED}: correct [elasticsearch] url."
        )
    if isinstance(error, ApiError):
        return _away(error, url) or _refused(error, url)
    return _unreached(error, url)


def another_version(url: str, number: str) -> str:
    """That a version is not supported."""
    return (
        f"Elasticsearch at {url} is of another version ({number}): "
        f"Leumund works with Elasticsearch {SUPPORTED}."
    )


def _away(error: ApiError, url: str) -> Unavailable | None:
    kind, reason = _cause(error)
    if kind == "cluster_block_exception":
        why = "while it is copied" if COPIED in reason else "– mostly because its disk is full"
        return Unavailable(f"An index at {url} takes no writes {why}: {reason}")
    if error.status_code in BUSY or error.status_code >= 500:
        return Unavailable(
            f"Elasticsearch at {url} is busy (status {error.status_code}); it will be asked again.",
            retry_after=_retry_after(error),
        )
    return None


def _refused(error: ApiError, url: str) -> Misconfigured:
    status, (kind, reason) = error.status_code, _cause(error)
    if status == 401:
        return Misconfigured(_unknown_key(url, reason))
    if status == 403:
        return Misconfigured(_forbidden(url, reason))
    if reason.startswith("no handler found for uri [/_security"):
        return Misconfigured(
            f"Elasticsearch at {url} knows no keys: switch on xpack.security there, or leave them."
        )
    if kind == "media_type_header_exception" or status == 406:
        return Misconfigured(another_version(url, "older"))
    if kind == "index_not_found_exception":
        return Misconfigured(
            f"An index is missing in Elasticsearch at {url} ({reason}): run `leumund schema apply`."
        )
    return Misconfigured(f"Elasticsearch at {url} refused the request ({status} {kind}): {reason}")


def _unreached(error: TransportError, url: str) -> LeumundError:
    from elasticsearch import ConnectionTimeout, SerializationError

    text = _chain(error)
    if isinstance(error, ConnectionTimeout):
        return Unavailable(
            f"Elasticsearch at {url} did not answer in time; it will be asked again."
        )
    if "WRONG_VERSION_NUMBER" in text or "HTTP_REQUEST" in text:
        return Misconfigured(
            f"Elasticsearch at {url} does not speak TLS: write http:// in [elasticsearch] url, "
            "or switch TLS on there."
        )
    if "ingerprint" in text:
        return Misconfigured(
            f"The certificate of Elasticsearch at {url} has another fingerprint: "
            "correct [elasticsearch] fingerprint, or find out who answers there."
        )
    if "CERTIFICATE" in text.upper():
        return Misconfigured(_unbelieved(url, text))
    if isinstance(error, SerializationError):
        return Misconfigured(f"What answers at {url} is no Elasticsearch {SUPPORTED}.")
    hint = " Where it expects TLS, write https://." if url.startswith("http://") else ""
    return Unavailable(
        f"No Elasticsearch answers at {url}: is it started, and is the address right?{hint}"
    )


def _chain(error: BaseException | None) -> str:
    """What an error and those behind it say; the library's own says only "TLS error"."""
    said = []
    while error:
        said.append(str(error))
        error = error.__cause__ or error.__context__
    return " ".join(said)


def _cause(error: ApiError) -> tuple[str, str]:
    """Kind and reason that the server names, the reason at most 300 characters."""
    body = error.body
    told = body.get("error") if isinstance(body, dict) else None
    if not isinstance(told, dict):
        return "", str(told or "")[:300]
    first = (told.get("root_cause") or [told])[0]
    reasons = (first.get("reason"), first.get("additional_unsuccessful_credentials"))
    return str(told.get("type", "")), "; ".join(str(part)[:300] for part in reasons if part)


def _unknown_key(url: str, reason: str) -> str:
    fault = "has expired" if "expired" in reason else "is unknown or wrong"
    return (
        f"Elasticsearch at {url} does not let us in: the API key {fault}; "
        "create one with `leumund elastic setup` and put it where leumund.toml says."
    )


def _forbidden(url: str, reason: str) -> str:
    action = _ACTION.search(reason)
    what = f" ({action[1]})" if action else ""
    return (
        f"The API key may not do this in Elasticsearch at {url}{what}: "
        "take the key of the right role, see `leumund elastic setup --print`."
    )


def _unbelieved(url: str, text: str) -> str:
    fault = "is of an authority that is not believed here"
    if "has expired" in text or "not yet valid" in text:
        fault = "is out of date"
    elif "ostname mismatch" in text or "IP address mismatch" in text or "doesn't match" in text:
        fault = "is made out to another name"
    return (
        f"The certificate of Elasticsearch at {url} {fault}: "
        "correct ca_file or fingerprint in [elasticsearch]."
    )


def _retry_after(error: ApiError) -> float | None:
    told = error.meta.headers.get("retry-after") or ""
    return float(told) if told.isdigit() else None
