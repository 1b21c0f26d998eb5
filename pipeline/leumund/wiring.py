"""Builds the concrete parts that leumund.toml names; nothing else does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from leumund import sources
from leumund.channels.log import LogChannel
from leumund.channels.mail import MailChannel
from leumund.config import Config, home
from leumund.config import Source as SourceConfig
from leumund.config import load as load_config
from leumund.enrich.brands import BrandReader
from leumund.enrich.language import LanguageReader
from leumund.enrich.sentiment import SentimentReader
from leumund.enrich.signatures import joined, rules_of
from leumund.errors import Misconfigured
from leumund.flows.parts import Card
from leumund.inference import manifest
from leumund.inference.load import Loaded, load
from leumund.keyring import Keyring
from leumund.record import Record, feed, open_record
from leumund.reputation.method import Method
from leumund.reputation.responses import Responses
from leumund.servers import Servers
from leumund.sources import files
from leumund.types import TONES, Channel, Cursor, Enricher, Item, Source, View, Window
from leumund.web import Fetcher, user_agent


@dataclass
class Parts:
    """Everything a flow needs, built when it is first used.

    `path` is leumund.toml, `home` LEUMUND_HOME. Only tests hand in their own `fetcher`.
    """

    path: Path
    config: Config
    home: Path
    clock: Callable[[], datetime]
    given_fetcher: Fetcher | None = None

    def verify(self) -> None:
        """Check what only the parts themselves can check.

        Raises:
            Misconfigured: names file, line, key and the allowed words.
        """
        for position, source in enumerate(self.config.source):
            sources.settings(source, file=self.path, position=position)
        _ = self.method, self._rule_readers, self.responses

    @cached_property
    def record(self) -> Record:
        """The record, which tells the sinks that the file names of every change."""
        self.home.mkdir(parents=True, exist_ok=True)
        opened = open_record(self.home / "record.sqlite")
        feed.subscribe(opened, self.servers.sinks, now=self.clock())
        return opened

    @cached_property
    def servers(self) -> Servers:
        return Servers(self.config, self.home)

    @cached_property
    def views(self) -> Mapping[str, View]:
        return self.servers.views()

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring(self.home / "keys", self.config.privacy.pseudonym_period)

    @cached_property
    def method(self) -> Method:
        try:
            return Method(**self.config.method)
        except TypeError as error:
            words = str(error).removeprefix("Method.__init__() ")
            raise Misconfigured(f"{self.path}: [method]: {words}") from None

    @cached_property
    def responses(self) -> Responses:
        """The model's scores on held-out texts, from which its errors are measured."""
        path = self._model_folder / "responses.json"
        if not path.exists():
            return Responses(np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
        rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["rows"]
        return Responses(
            np.array([row["scores"] for row in rows], dtype=np.float64),
            np.array([TONES.index(row["label"]) for row in rows]),
            tuple(row["kind"] for row in rows),
        )

    @cached_property
    def card(self) -> Card:
        described, folder = manifest.read(self.config.model.sentiment)
        path = folder / "floor.json"
        floor = json.loads(path.read_text("utf-8")) if path.exists() else {}
        figures = [
            (label, float(floor[data][key]), name)
            for data, name in (("germeval2017_test_synchronic", "GermEval 2017, Test"),)
            if data in floor
            for key, label in (
                ("accuracy", "richtig eingestufte Texte"),
                ("macro_f1", "F1, gemittelt über drei Klassen"),
                ("f1_negative", "F1 der kritischen Texte"),
            )
        ]
        return Card(name=described.name, licence=described.licence, figures=tuple(figures))

    @cached_property
    def model(self) -> Loaded:
        chosen = self.config.model
        return load(
            chosen.sentiment, runner=chosen.runner, device=chosen.device, offline=chosen.offline
        )

    @property
    def rules(self) -> str:
        return rules_of(self._rule_readers)

    @property
    def signature(self) -> str:
        return joined(self._rule_readers, self._sentiment)

    @property
    def readers(self) -> Sequence[Enricher]:
        return (*self._rule_readers, self._sentiment)

    def source(self, name: str) -> Source:
        """The source of that name, built anew.

        Raises:
            Misconfigured: the file does not define it.
        """
        names = [source.name for source in self.config.source]
        if name not in names:
            raise Misconfigured(f"source {name!r} is not one of {', '.join(names)}")
        position = names.index(name)
        return sources.build(
            self.config.source[position], self._tools(name), file=self.path, position=position
        )

    def import_of(self, path: Path, source: str, columns: Sequence[str]) -> Source:
        """One file outside the drop folder, read with the settings of a `files` source.

        Raises:
            Misconfigured: no such source, or it is of another type.
        """
        self.source(source)
        position = [one.name for one in self.config.source].index(source)
        described = self.config.source[position]
        settings = sources.settings(described, file=self.path, position=position)
        if not isinstance(settings, files.Settings):
            raise Misconfigured(f"source {source!r} is of type {described.type}, not files")
        mapped = files.with_columns(settings, columns)
        return _OneFile(path, mapped, described, self._tools(source))

    def egress(self) -> set[str]:
        """Every host that this configuration talks to."""
        urls = [
            url
            for source in self.config.source
            for value in source.options.values()
            for url in (value if isinstance(value, list) else [value])
            if isinstance(url, str) and "://" in url
        ]
        hosts = {host for url in urls if (host := urlsplit(url).hostname)}
        return hosts | ({self.config.mail.host} if self.config.mail.host else set())

    def _tools(self, source: str) -> sources.Tools:
        handles = [alias for brand in self.config.brand for alias in (brand.name, *brand.aliases)]
        return sources.Tools(
            fetcher=self.fetcher,
            pseudonym=lambda author: self.keyring.pseudonym(source, author, now=self.clock()),
            keep_handles=frozenset(handles),
            inbox=self.path.resolve().parent,
            clock=self.clock,
            rules=self.rules,
            remove_handles=self.config.privacy.remove_handles,
        )

    @cached_property
    def fetcher(self) -> Fetcher:
        return self.given_fetcher or Fetcher(user_agent(self.config.privacy.contact))

    def channel(self, name: str) -> Channel:
        """The channel of that name.

        Raises:
            Misconfigured: its settings are incomplete.
        """
        if name == "log":
            return LogChannel()
        mail = self.config.mail
        if not (mail.host and mail.sender):
            raise Misconfigured(f"{self.path}: [mail] needs host and sender")
        return MailChannel(
            host=mail.host,
            port=mail.port,
            sender=mail.sender,
            security=mail.security,
            user=mail.user,
            password=self._mail_password(),
            ca_file=mail.ca_file,
        )

    @cached_property
    def _rule_readers(self) -> tuple[Enricher, ...]:
        inherited = {source.name: source.language for source in self.config.source}
        return LanguageReader(inherited), BrandReader(self.config.brand)

    @cached_property
    def _sentiment(self) -> SentimentReader:
        opened = self.model
        return SentimentReader(
            opened.scorer,
            temperature=opened.manifest.temperature,
            words=opened.manifest.words,
        )

    @property
    def _model_folder(self) -> Path:
        return manifest.read(self.config.model.sentiment)[1]

    def _mail_password(self) -> str:
        mail = self.config.mail
        if mail.password_file:
            return Path(mail.password_file).read_text("utf-8").strip()
        return os.environ.get(mail.password_env, "")


@dataclass(frozen=True, slots=True)
class _OneFile:
    """A file named on the command line, as a source."""

    path: Path
    settings: files.Settings
    config: SourceConfig
    tools: sources.Tools

    def fetch(self, window: Window, cursors: Mapping[str, Cursor]) -> Iterator[Item]:
        """The rows that were not read before; the window does not matter to a file."""
        return files.read_file(
            self.path, self.settings, config=self.config, tools=self.tools, cursors=cursors
        )


def open_parts(wall: Callable[[], datetime], environment: Mapping[str, str] = os.environ) -> Parts:
    """The parts that LEUMUND_CONFIG (default: leumund.toml here) and LEUMUND_HOME name.

    LEUMUND_CLOCK (a moment with its zone) stops the clock, for tests; else `wall` tells the time.

    Raises:
        Misconfigured: a wrong configuration or clock.
    """
    path = Path(environment.get("LEUMUND_CONFIG") or "leumund.toml")
    moment = environment.get("LEUMUND_CLOCK")
    clock = stopped_at(moment) if moment else wall
    return Parts(path=path, config=load_config(path), home=home(environment), clock=clock)


def stopped_at(text: str) -> Callable[[], datetime]:
    """A clock that always shows one moment.

    >>> stopped_at("2026-11-24T08:00+01:00")().isoformat()
    '2026-11-24T08:00:00+01:00'

    Raises:
        Misconfigured: not a moment, or one without a zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Misconfigured(f"{text}: not a moment such as 2026-11-24T08:00+01:00") from None
    if moment.tzinfo is None:
        raise Misconfigured(f"{text}: add the zone, e.g. +01:00")
    return lambda: moment
