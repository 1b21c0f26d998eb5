"""Reads leumund.toml, the one file that a PR team edits, and says exactly what is wrong in it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from leumund.errors import Misconfigured
from leumund.locate import line_of
from leumund.types import Kind, Tier

Name = Annotated[str, Field(min_length=1, max_length=80)]


class Settings(BaseModel):
    """A table of leumund.toml: unknown keys are errors, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Brand(Settings):
    """A brand, how people write it, and whose equal it is."""

    name: Name
    aliases: tuple[Name, ...] = Field(
        default=(), description="Further ways to write the name; @handles and #tags included."
    )
    exclude: tuple[Name, ...] = Field(
        default=(), description="Phrases that contain an alias and mean something else."
    )
    require: tuple[Name, ...] = Field(
        default=(), description="If given, a text counts only when one of these words stands in it."
    )
    peers: tuple[Name, ...] = Field(
        default=(), description="Brands of this file that it is compared with: its equals."
    )
    sources: tuple[Name, ...] = Field(
        min_length=1, description="Names of the sources in which this brand is measured: its frame."
    )


class Source(Settings):
    """A place from which mentions come. Keys that the type adds are checked by the type."""

    name: Name
    type: Name = Field(description="rss, files, or the name of an installed plug-in.")
    platform: str = Field(default="", description="Shared cap of several sources; default: name.")
    kind: Kind = "article"
    tier: Tier = "other"
    reach: float | None = Field(default=None, ge=0, description="Persons a month.")
    credibility: float = Field(default=1.0, ge=0, le=1)
    language: str = Field(default="de", description="Language that very short texts inherit.")
    example: bool = Field(default=False, description="Shown as „Beispieldaten“, never expires.")
    replay: bool = Field(default=False, description="Days are decided in order on their own clock.")
    retention_days: int | None = Field(default=None, ge=1, description="Default: from [retention].")
    keep: bool = Field(default=False, description="Texts of this source are exempt from retention.")
    show_text: bool = Field(
        default=False, description="Views may show the text itself, not only title and link."
    )
    options: dict[str, Any] = Field(default_factory=dict, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _collect_options(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {key: value for key, value in data.items() if key in cls.model_fields}
        known["options"] = {key: value for key, value in data.items() if key not in known}
        return known

    @property
    def group(self) -> str:
        """The platform whose cap this source shares."""
        return self.platform or self.name


class AlertRule(Settings):
    """Who hears about which brands, by which channel, in which language."""

    name: Name
    brands: tuple[Name, ...] = Field(default=(), description="Empty: all brands.")
    channel: Literal["log", "mail"] = "log"
    to: tuple[str, ...] = Field(default=(), description="Targets; for mail the addresses.")
    language: Literal["de", "en"] = "de"
    owner: str = Field(default="", description="Who is in charge; named in the message.")

    @model_validator(mode="after")
    def _mail_needs_targets(self) -> Self:
        if self.channel == "mail" and not self.to:
            raise ValueError("channel mail needs at least one address in `to`")
        return self


class Mail(Settings):
    """The SMTP server. The password comes from the environment or a file, never from this file."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls"] = "starttls"
    sender: str = ""
    user: str = ""
    password_env: str = "LEUMUND_SMTP_PASSWORD"  # noqa: S105 (the name of a variable)
    password_file: str = ""
    ca_file: str = Field(default="", description="Own certificate authority, PEM.")


class Elasticsearch(Settings):
    """Where documents are published. Keys come from the environment or a file, never from here."""

    url: str = Field(default="", description="E.g. https://localhost:9200; empty: not used.")
    prefix: str = Field(
        default="leumund",
        pattern=r"^[a-z][a-z0-9-]{0,60}$",
        description="First part of the name of every index, template and role.",
    )
    ca_file: str = Field(default="", description="Own certificate authority, PEM.")
    fingerprint: str = Field(default="", description="SHA-256 of the authority's certificate.")
    key_env: str = "LEUMUND_ELASTICSEARCH_KEY"
    key_file: str = Field(default="", description="File with the writer's API key.")
    setup_key_env: str = "LEUMUND_ELASTICSEARCH_SETUP_KEY"
    setup_key_file: str = Field(default="", description="File with the setup API key.")


class Kibana(Settings):
    """Where dashboards are put, in a space of their own."""

    url: str = Field(default="", description="E.g. https://localhost:5601; empty: not used.")
    space: str = Field(default="leumund", pattern=r"^[a-z0-9_-]{1,60}$")
    public_url: str = Field(default="", description="Address that people use; default: url.")
    ca_file: str = Field(default="", description="Own certificate authority, PEM.")
    key_env: str = "LEUMUND_KIBANA_KEY"
    key_file: str = Field(default="", description="File with the API key.")


class Privacy(Settings):
    """Who is responsible; asked for by `leumund doctor` until it is filled in."""

    controller: str = ""
    contact: str = ""
    purpose: str = ""
    pseudonym_period: Literal["month", "quarter", "year"] = "quarter"
    remove_handles: bool = True


class Retention(Settings):
    """Days after collection at which a text is dropped; its reading and the index stay."""

    press_text_days: int = Field(default=7, ge=1)
    social_text_days: int = Field(default=30, ge=1)


class Model(Settings):
    """Which sentiment model reads. `compact` ships with us; others need the extra `torch`."""

    sentiment: str = "compact"
    runner: Literal["auto", "onnx", "torch"] = "auto"
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    offline: bool = True


class Config(Settings):
    """The whole file."""

    timezone: Literal["Europe/Berlin"] = "Europe/Berlin"
    decide_at: str = Field(default="06:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    report: str = Field(default="bericht.html", description="Below LEUMUND_HOME unless absolute.")
    privacy: Privacy = Privacy()
    retention: Retention = Retention()
    model: Model = Model()
    mail: Mail = Mail()
    elasticsearch: Elasticsearch = Elasticsearch()
    kibana: Kibana = Kibana()
    method: dict[str, Any] = Field(default_factory=dict)
    brand: tuple[Brand, ...] = Field(min_length=1)
    source: tuple[Source, ...] = Field(min_length=1)
    alert: tuple[AlertRule, ...] = ()

    def brand_named(self, name: str) -> Brand:
        return next(brand for brand in self.brand if brand.name == name)

    def source_named(self, name: str) -> Source:
        return next(source for source in self.source if source.name == name)


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """Folder of record, keys and reports: `LEUMUND_HOME`, else `~/.local/share/leumund`."""
    return Path(environment.get("LEUMUND_HOME") or Path.home() / ".local/share/leumund")


def load(path: Path) -> Config:
    """The checked configuration.

    Raises:
        Misconfigured: the file is missing or wrong; names file, line, key and the allowed words.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except FileNotFoundError:
        raise Misconfigured(
            f"{path}: no such file. Copy the repository's leumund.toml or name one by --config."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: {error}") from None
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise Misconfigured("\n".join(_sentences(error, path, text))) from None
    if problems := list(_dangling(config)):
        raise Misconfigured(
            "\n".join(f"{path}:{line_of(text, at)}: {words}" for at, words in problems)
        )
    return config


def explain(
    error: ValidationError, path: Path, prefix: tuple[str | int, ...], model: type[BaseModel]
) -> Misconfigured:
    """The error of a table that another part checked by `model` (a source type), with its line."""
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    return Misconfigured("\n".join(_sentences(error, path, text, prefix, model)))


def _sentences(
    error: ValidationError,
    path: Path,
    text: str,
    prefix: tuple[str | int, ...] = (),
    model: type[BaseModel] | None = None,
) -> list[str]:
    lines = []
    problems = error.errors(include_url=False, include_input=True)
    if len(problems) > 1:  # pydantic also calls a list too short whose only entry is wrong
        problems = [problem for problem in problems if problem["type"] != "too_short"] or problems
    for problem in problems:
        location = (*prefix, *problem["loc"])
        key = ".".join(str(part) for part in location)
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = (
                f"unknown key; allowed are {', '.join(_allowed(problem['loc'], model or Config))}"
            )
        elif problem["type"] == "literal_error":
            message = f"{problem['input']!r} is not allowed; {message.removeprefix('Input ')}"
        lines.append(f"{path}:{line_of(text, location)}: {key}: {message}")
    return lines


def _allowed(location: Sequence[str | int], root: type[BaseModel]) -> list[str]:
    model: Any = root
    for part in location[:-1]:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        inner = [arg for arg in getattr(annotation, "__args__", ()) if arg is not Ellipsis]
        model = inner[0] if inner else annotation
    return sorted(model.model_fields) if hasattr(model, "model_fields") else []


def _dangling(config: Config) -> list[tuple[tuple[str | int, ...], str]]:
    """References to brands or sources that the file does not define, and names used twice."""
    brands = [brand.name for brand in config.brand]
    sources = [source.name for source in config.source]
    problems: list[tuple[tuple[str | int, ...], str]] = []
    for table, names in (("brand", brands), ("source", sources)):
        problems += [
            ((table, i, "name"), f"{table}.{i}.name: {name!r} is used twice")
            for i, name in enumerate(names)
            if name in names[:i]
        ]
    references = [("brand", i, "peers", b.peers, brands) for i, b in enumerate(config.brand)]
    references += [("brand", i, "sources", b.sources, sources) for i, b in enumerate(config.brand)]
    references += [("alert", i, "brands", a.brands, brands) for i, a in enumerate(config.alert)]
    for table, i, key, values, allowed in references:
        problems += [
            ((table, i, key), f"{table}.{i}.{key}: {value!r} is not one of {', '.join(allowed)}")
            for value in values
            if value not in allowed
        ]
    return problems
