"""Opens Elasticsearch and says in one sentence what is wrong when it does not answer."""

from __future__ import annotations

import importlib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from leumund.errors import LeumundError, Misconfigured, Unavailable

if TYPE_CHECKING:
    from elastic_transport import TransportError
    from elasticsearch import ApiError, Elasticsearch

SUPPORTED = "9"
BUSY = (429, 502, 503, 504)
COPIED = "index write (api)"
_ACTION = re.compile(r"action \[([^\]]+)\]")
_HEX = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


def library() -> ModuleType:
    """The client library.

    Raises:
        Misconfigured: it is not installed.
    """
    try:
        return importlib.import_module("elasticsearch")
    except ImportError as missing:
        raise Misconfigured(
            "Elasticsearch needs a part that is not installed: pip install 'leumund[elastic]'"
        ) from missing


def opened(
    url: str,
    *,
    ca_file: str = "",
    fingerprint: str = "",
    api_key: str = "",
    login: tuple[str, str] | None = None,
    timeout: float = 30.0,
) -> Elasticsearch:
    """A client for one address. It repeats nothing by itself: its callers decide that.

    Args:
        url: https://host:9200 or http://host:9200, without a name or password in it.
        ca_file: the certificate authority to believe, PEM; default: those of the system.
        fingerprint: SHA-256 of the server's certificate, or of one in the chain that it shows.
        api_key: as Elasticsearch printed it (encoded), or as id:key.
        login: name and password of an administrator, where there is no key yet.
        timeout: seconds that one request may take.

    Raises:
        Misconfigured: the library is missing or a setting cannot be right.
    """
    client = library()
    _check(url, ca_file=ca_file, fingerprint=fingerprint, secret=api_key)
    tls: dict[str, object] = {}
    if ca_file:
        tls["ca_certs"] = ca_file
    if fingerprint:
        tls["ssl_assert_fingerprint"] = _digits(fingerprint)
    found: Elasticsearch = client.Elasticsearch(
        _with_port(url),
        api_key=_key(api_key),
        basic_auth=None if api_key else login,
        request_timeout=timeout,
        max_retries=0,
        retry_on_timeout=False,
        retry_on_status=(),
        serializer=importlib.import_module("elasticsearch.serializer").OrjsonSerializer(),
        **tls,
    )
    return found


def address(client: Elasticsearch) -> str:
    """Where a client looks, fit to be shown."""
    return shown(next(iter(client.transport.node_pool.all())).base_url)


def shown(url: str) -> str:
    """An address without name and password.

    >>> shown("https://elastic:secret@example.org:9200/x")
    'https://example.org:9200/x'
    """
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def version(client: Elasticsearch) -> str:
    """Which version answers.

    Raises:
        Misconfigured: one that is not supported, or no Elasticsearch at all.
        Unavailable: none answers.
    """
    with sorted_errors(address(client)):
        number = str(client.info()["version"]["number"])
    if number.partition(".")[0] != SUPPORTED:
        raise Misconfigured(_other_version(address(client), number))
    return number


@contextmanager
def sorted_errors(url: str) -> Iterator[None]:
    """Turns what the client library raises into our errors; `url` stands in their sentences."""
    client = library()
    try:
        yield
    except (client.ApiError, client.TransportError) as error:
        raise sorted_error(error, shown(url)) from error


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
        return Misconfigured(_other_version(url, "older"))
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


def _other_version(url: str, number: str) -> str:
    return (
        f"Elasticsearch at {url} is of another version ({number}): "
        f"Leumund works with Elasticsearch {SUPPORTED}."
    )


def _retry_after(error: ApiError) -> float | None:
    told = error.meta.headers.get("retry-after") or ""
    return float(told) if told.isdigit() else None


def _check(url: str, *, ca_file: str, fingerprint: str, secret: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured("[elasticsearch] url must look like https://host:9200.")
    if parts.username or parts.password:
        raise Misconfigured(
            "[elasticsearch] url holds a name or password: give an API key by environment or file."
        )
    if (ca_file or fingerprint) and parts.scheme != "https":
        raise Misconfigured("ca_file and fingerprint need an [elasticsearch] url with https://.")
    if fingerprint and not _HEX.fullmatch(_digits(fingerprint)):
        raise Misconfigured("[elasticsearch] fingerprint must be the 64 hex digits of SHA-256.")
    if ca_file:
        _check_authority(ca_file)
    if not re.fullmatch(r"[!-~]*", secret.strip()):
        raise Misconfigured("The API key for Elasticsearch is not one: it holds blanks or umlauts.")


def _check_authority(ca_file: str) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
    except OSError as unreadable:
        raise Misconfigured(
            f"{ca_file} is not there or no certificate in PEM: correct [elasticsearch] ca_file."
        ) from unreadable


def _key(api_key: str) -> str | tuple[str, str] | None:
    name, colon, secret = api_key.strip().partition(":")
    return (name, secret) if colon else name or None


def _digits(fingerprint: str) -> str:
    return fingerprint.strip().replace(":", "")


def _with_port(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path}"
