"""Brings our space, data views and dashboards into Kibana, and says what differs there.

It never deletes, and touches only objects with our ids: what a team added beside them stays.
"""

from __future__ import annotations

import importlib
import json
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from leumund.errors import LeumundError, Misconfigured, Unavailable
from leumund.views.connection import shown
from leumund.views.dashboards.compare import Difference, Key, compared, key, title
from leumund.views.dashboards.objects import Object

if TYPE_CHECKING:
    from kibana import Kibana
    from kibana.exceptions import ApiError, KibanaException

OLDEST = (8, 12)
HOME = "leumund-executive"
SPACE_NAME = "Leumund"
SPACE_DESCRIPTION = "Reputationsmonitor: vier Seiten, von der Geschäftsleitung bis zum System."
_NUMBER = re.compile(r"(\d+)\.(\d+)\.")
_DENIED = re.compile(r"forbidden|unable to|not authorized|privilege", re.IGNORECASE)


class Port:
    """The few things that we ask of Kibana."""

    def __init__(self, client: Kibana, url: str, *, space: str) -> None:
        self._client = client
        self._url = shown(url).rstrip("/")
        self.space = space

    def version(self) -> str:
        """Which Kibana answers.

        Raises:
            Misconfigured: it is too old, does not know the key, or is no Kibana.
            Unavailable: none answers, or it is still starting.
        """
        with _sorted_errors(self._url):
            body = self._client.status.get_status().body
        told = body if isinstance(body, dict) else {}
        if "status" not in told:
            raise Misconfigured(f"What answers at {self._url} is no Kibana: correct [kibana] url.")
        if "version" not in told:
            raise Misconfigured(_unknown_key(self._url))
        number = str(told["version"].get("number", ""))
        found = _NUMBER.match(number)
        if found is None or (int(found[1]), int(found[2])) < OLDEST:
            raise Misconfigured(
                f"Kibana at {self._url} is version {number or 'unknown'}; "
                f"the dashboards need {OLDEST[0]}.{OLDEST[1]} or newer."
            )
        return number

    def has_space(self) -> bool:
        """Whether the space is there."""
        from kibana.exceptions import NotFoundError

        with _sorted_errors(self._url):
            try:
                self._client.spaces.get(id=self.space)
            except NotFoundError:
                return False
        return True

    def put_space(self) -> bool:
        """Create the space if there is none; True when it did. An existing one stays as it is."""
        if self.has_space():
            return False
        with _sorted_errors(self._url):
            self._client.spaces.create(
                id=self.space,
                name=SPACE_NAME,
                description=SPACE_DESCRIPTION,
                color="#0072b2",
                initials="Le",
            )
        return True

    def import_objects(self, found: Sequence[Object]) -> int:
        """Write the objects into the space, over those with the same ids; how many there were.

        Raises:
            Misconfigured: Kibana took only a part, or nothing.
        """
        with _sorted_errors(self._url):
            body = self._client.saved_objects.import_objects(
                file=_ndjson(found),
                overwrite=True,
                filename="leumund.ndjson",
                space_id=self.space,
                validate_space=False,
            ).body
        if not isinstance(body, dict) or body.get("success") is not True:
            raise Misconfigured(_half_taken(self._url, body))
        return int(body.get("successCount", len(found)))

    def export_objects(self, wanted: Sequence[Key]) -> list[Object]:
        """Those of the wanted objects (kind, id) that the space has."""
        from kibana.exceptions import BadRequestError

        left = list(wanted)
        while left:
            with _sorted_errors(self._url):
                try:
                    return self._exported(left)
                except BadRequestError as refused:
                    absent = _absent(refused.body)
                    if not absent & set(left):
                        raise
                    left = [one for one in left if one not in absent]
        return []

    def link(self, *, public_url: str = "") -> str:
        """Where people open the first page."""
        start = (public_url or self._url).rstrip("/")
        return f"{start}/s/{self.space}/app/dashboards#/view/{HOME}"

    def _exported(self, wanted: Sequence[Key]) -> list[Object]:
        answer = self._client.saved_objects.export(
            objects=[{"type": kind, "id": name} for kind, name in wanted],
            exclude_export_details=True,
            space_id=self.space,
            validate_space=False,
        ).body
        lines = answer if isinstance(answer, list) else [answer]
        return [line for line in lines if isinstance(line, dict) and "type" in line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What `apply` did: Kibana's version, whether it made the space, and what it wrote."""

    version: str
    space_created: bool
    difference: Difference
    written: int


def opened(
    url: str, *, space: str = "leumund", ca_file: str = "", api_key: str = "", timeout: float = 60.0
) -> Port:
    """A port to the Kibana at `url`.

    Args:
        url: https://host:5601 or http://host:5601, without a name or password in it.
        space: the id of our space.
        ca_file: the certificate authority to believe, PEM; default: those of the system.
        api_key: as Kibana or Elasticsearch printed it (encoded), or as id:key.
        timeout: seconds that one request may take.

    Raises:
        Misconfigured: the library is missing or a setting cannot be right.
    """
    client = _library()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured("[kibana] url must read http://host:5601 or https://host:5601.")
    if parts.username or parts.password:
        raise Misconfigured(
            "[kibana] url must not hold a name or password: put a key into the environment."
        )
    options: dict[str, Any] = {"ca_certs": _authority(ca_file)} if ca_file else {}
    ident, _, secret = api_key.strip().partition(":")
    made = client.Kibana(
        url if parts.port else f"{url.rstrip('/')}:{443 if parts.scheme == 'https' else 80}",
        api_key=((ident, secret) if secret else ident) or None,
        request_timeout=timeout,
        max_retries=0,
        **options,
    )
    return Port(made, url, space=space)


def apply(port: Port, objects: Sequence[Object]) -> Applied:
    """Bring the space and ours up to date; a second time it writes nothing."""
    version = port.version()
    created = port.put_space()
    found = _compared(port, objects)
    written = 0 if found.none else port.import_objects(objects)
    return Applied(version=version, space_created=created, difference=found, written=written)


def diff(port: Port, objects: Sequence[Object]) -> Difference:
    """What `apply` would write; nothing is written."""
    port.version()
    if not port.has_space():
        return Difference(new=tuple(title(one) for one in objects), changed=(), same=())
    return _compared(port, objects)


def _compared(port: Port, objects: Sequence[Object]) -> Difference:
    return compared(objects, port.export_objects([key(one) for one in objects]))


def _ndjson(found: Sequence[Object]) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found).encode()


def _absent(body: Any) -> set[Key]:
    """The objects that an export did not find."""
    told = body.get("attributes") if isinstance(body, dict) else None
    missing = told.get("objects", []) if isinstance(told, dict) else []
    return {
        (str(one["type"]), str(one["id"]))
        for one in missing
        if isinstance(one.get("error"), dict) and one["error"].get("statusCode") == 404
    }


def _half_taken(url: str, body: Any) -> str:
    errors = body.get("errors", []) if isinstance(body, dict) else []
    reasons = [
        f"{one.get('type')} {one.get('id')}: {(one.get('error') or {}).get('type', 'unknown')}"
        for one in errors
    ]
    told = "; ".join(reasons[:5]) + (f" and {len(reasons) - 5} more" if len(reasons) > 5 else "")
    return f"Kibana at {url} did not take all objects: {told or 'it names no reason'}."


def _authority(ca_file: str) -> str:
    try:
        ssl.create_default_context(cafile=ca_file)
    except OSError as unreadable:
        raise Misconfigured(
            f"{ca_file} is no certificate authority in PEM: correct [kibana] ca_file."
        ) from unreadable
    return ca_file


def _library() -> ModuleType:
    try:
        return importlib.import_module("kibana")
    except ImportError as missing:
        raise Misconfigured(
            "Kibana needs a part that is not installed: pip install 'leumund[elastic]'"
        ) from missing


@contextmanager
def _sorted_errors(url: str) -> Iterator[None]:
    """Turns what the client library raises into our errors."""
    from kibana.exceptions import KibanaException

    try:
        yield
    except KibanaException as error:
        raise _sorted_error(error, url) from error


def _sorted_error(error: KibanaException, url: str) -> LeumundError:
    from kibana.exceptions import ApiError, SerializationError, SSLError

    if isinstance(error, ApiError):
        return _refused(error, url)
    if isinstance(error, SSLError):
        return Misconfigured(
            f"The certificate of Kibana at {url} is not believed: set [kibana] ca_file to its "
            "certificate authority, or find out who answers there."
        )
    if isinstance(error, SerializationError):
        return Misconfigured(f"What answers at {url} is no Kibana: correct [kibana] url.")
    return Unavailable(f"No Kibana answers at {url}: is it started, and is the address right?")


def _refused(error: ApiError, url: str) -> LeumundError:
    status, reason = error.status_code, str(error.message)[:300]
    if status == 401:
        return Misconfigured(_unknown_key(url))
    if status == 403 or (status == 400 and _DENIED.search(reason)):
        return Misconfigured(
            f"The key for Kibana at {url} may not do this ({reason}): give it the privileges "
            "Saved Objects Management, Dashboard and Data Views (all) in the space, and the right "
            "to manage spaces or a space that exists."
        )
    if status == 422:
        return Misconfigured(f"Kibana at {url} refused the whole file as too new: {reason}")
    if status in (429, 503) or status >= 500:
        return Unavailable(f"Kibana at {url} is busy or starting (status {status}): {reason}")
    return Misconfigured(f"Kibana at {url} refused the request (status {status}): {reason}")


def _unknown_key(url: str) -> str:
    return (
        f"Kibana at {url} does not know the key (it may have expired): "
        "put a valid one where [kibana] api_key_env or api_key_file says."
    )
