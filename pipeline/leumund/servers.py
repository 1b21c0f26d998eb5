"""Opens Elasticsearch and Kibana with the keys that the configuration points to."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from leumund.config import Config
from leumund.errors import Misconfigured
from leumund.types import View

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from leumund.views.kibana import Port

Role = Literal["writer", "setup"]
ELASTIC = "elasticsearch"
"""The sink's name in the outbox."""


@dataclass(frozen=True)
class Servers:
    """The servers that leumund.toml names.

    A key comes from the environment, else from the file that the configuration names, else from
    the file that `leumund elastic setup` wrote below `home`; without any, requests carry none.
    """

    config: Config
    home: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def sinks(self) -> tuple[str, ...]:
        """The sinks that leumund.toml names."""
        return (ELASTIC,) if self.config.elasticsearch.url else ()

    @property
    def may_set_up(self) -> bool:
        """Whether there is a setup key, or no key is needed at all."""
        there = self.config.elasticsearch
        setup = self._secret(there.setup_key_env, there.setup_key_file, kept="setup")
        return bool(setup) or not self._secret(there.key_env, there.key_file, kept="writer")

    @property
    def dashboards(self) -> str:
        """Where people find the dashboards; empty without Kibana."""
        there = self.config.kibana
        return self.kibana().link(public_url=there.public_url) if there.url else ""

    def views(self) -> dict[str, View]:
        """What has to be kept up to date beside the report, by sink."""
        return {ELASTIC: self.elastic()} if self.config.elasticsearch.url else {}

    def elastic(self, names: Mapping[str, str] | None = None) -> View:
        """The view that writes to Elasticsearch, to its aliases or to the index of each alias."""
        client = self.elasticsearch("writer")
        from leumund.views.elastic import BRISK, Elastic

        prefix = self.config.elasticsearch.prefix
        return Elastic(
            client,
            prefix=prefix,
            names=names,
            sleep=time.sleep,
            random=random.random,
            pace=BRISK,
        )

    def elasticsearch(self, role: Role) -> Elasticsearch:
        """A client with the key of that role.

        Raises:
            Misconfigured: no address, the library is missing, a setting is wrong.
        """
        from leumund.views import connection

        there = self.config.elasticsearch
        if not there.url:
            raise Misconfigured("leumund.toml names no Elasticsearch: write [elasticsearch] url.")
        names = {
            "writer": (there.key_env, there.key_file),
            "setup": (there.setup_key_env, there.setup_key_file),
        }
        return connection.opened(
            there.url,
            ca_file=there.ca_file,
            fingerprint=there.fingerprint,
            api_key=self._secret(*names[role], kept=role),
        )

    def administrator(self, name: str, password: str) -> Elasticsearch:
        """A client of an administrator, to create roles and keys."""
        from leumund.views import connection

        there = self.config.elasticsearch
        return connection.opened(
            there.url,
            ca_file=there.ca_file,
            fingerprint=there.fingerprint,
            login=(name, password),
        )

    def kibana(self) -> Port:
        """The port of Kibana.

        Raises:
            Misconfigured: no address, the library is missing, a setting is wrong.
        """
        from leumund.views import kibana

        there = self.config.kibana
        if not there.url:
            raise Misconfigured("leumund.toml names no Kibana: write [kibana] url.")
        key = self._secret(there.key_env, there.key_file, kept="kibana")
        return kibana.opened(there.url, space=there.space, ca_file=there.ca_file, api_key=key)

    def key_file(self, role: str) -> Path:
        """Where `leumund elastic setup` keeps the key of a role."""
        return self.home / "keys" / f"elasticsearch-{role}"

    def keep_key(self, role: str, key: str) -> Path:
        """Write a key where the next command finds it, readable by the owner alone."""
        path = self.key_file(role)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(key, encoding="utf-8")
        return path

    def _secret(self, variable: str, named: str, *, kept: str) -> str:
        if value := self.environment.get(variable, ""):
            return value.strip()
        path = Path(named) if named else self.key_file(kept)
        try:
            return path.read_text("utf-8").strip()
        except FileNotFoundError:
            if named:
                raise Misconfigured(f"{named}: no such file; it should hold an API key.") from None
            return ""
        except OSError as error:
            raise Misconfigured(f"{path}: cannot be read ({error.strerror}).") from None
