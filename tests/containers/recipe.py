"""Reads a Dockerfile far enough to say what each target starts from, copies and runs as."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

KNOWN = {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"}
KNOWN |= {"LABEL", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A `FROM … AS name` with what follows it, as pairs of instruction and arguments."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def arguments(self, instruction: str) -> Iterator[str]:
        return (rest for known, rest in self.steps if known == instruction)


@dataclass(frozen=True, slots=True)
class Copy:
    """A COPY: where from (another stage or image, else empty), which paths, and to where."""

    origin: str
    sources: tuple[str, ...]
    target: str


def stages(text: str) -> dict[str, Stage]:
    """Every stage by its name, in order.

    Raises:
        ValueError: an unknown instruction, one before the first FROM, a stage without a name.
    """
    found: dict[str, Stage] = {}
    stage: Stage | None = None
    for line in _logical_lines(text):
        instruction, _, rest = line.partition(" ")
        if instruction not in KNOWN:
            raise ValueError(f"not an instruction: {line}")
        if instruction == "FROM":
            named = re.fullmatch(r"(\S+) AS ([a-z][a-z0-9-]*)", rest.strip())
            if named is None or named[2] in found:
                raise ValueError(f"a stage needs a name of its own: {line}")
            stage = found[named[2]] = Stage(named[2], named[1])
        elif stage is None:
            raise ValueError(f"stands before the first FROM: {line}")
        else:
            stage.steps.append((instruction, rest.strip()))
    return found


def chain(of: dict[str, Stage], target: str) -> list[Stage]:
    """The stages that end in the target, from the first one."""
    stage = of[target]
    return [*(chain(of, stage.base) if stage.base in of else ()), stage]


def user(of: dict[str, Stage], target: str) -> str:
    """Who runs the target's command: the last USER on its way, or root."""
    named = [name for stage in chain(of, target) for name in stage.arguments("USER")]
    return named[-1] if named else "root"


def copies(of: dict[str, Stage]) -> list[Copy]:
    """Every COPY of every stage."""
    return [_copy(rest) for stage in of.values() for rest in stage.arguments("COPY")]


def _copy(rest: str) -> Copy:
    words = shlex.split(rest)
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, target = [word for word in words if not word.startswith("--")]
    return Copy(options.get("from", ""), tuple(sources), target)


def _logical_lines(text: str) -> Iterator[str]:
    waiting = ""
    for line in text.splitlines():
        if line.strip().startswith("#") or (not line.strip() and not waiting):
            continue
        waiting += line.rstrip().removesuffix("\\")
        if not line.rstrip().endswith("\\"):
            yield waiting.strip()
            waiting = ""
    if waiting:
        raise ValueError(f"ends in the middle: {waiting}")
