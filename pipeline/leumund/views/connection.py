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

from leumund.errors import Misconfigured
from leumund.views.faults import SUPPORTED, another_version, sorted_error

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

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
        serializer=importlib.import_module("leumund.views.bulk").Answers(),
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
        raise Misconfigured(another_version(address(client), number))
    return number


@contextmanager
def sorted_errors(url: str) -> Iterator[None]:
    """Turns what the client library raises into our errors; `url` stands in their sentences."""
    client = library()
    try:
        yield
    except (client.ApiError, client.TransportError) as error:
        raise sorted_error(error, shown(url)) from error


def _check(url: str, *, ca_file: str, fingerprint: str, secret: str) -> None:
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right:
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
    """The address with its port, which the library wants to be told.

    >>> _with_port("https://example.org/es"), _with_port("http://[::1]:9200")
    ('https://example.org:443/es', 'http://[::1]:9200')
    """
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{port}{parts.path}"
