"""Tunables are checked, and another value is another version."""

import subprocess
import sys
from pathlib import Path

import pytest

import leumund
from leumund.errors import Misconfigured
from leumund.reputation.method import RANGES, Method


def test_every_range_holds_its_default_and_refuses_what_lies_outside() -> None:
    for name, (low, high) in RANGES.items():
        assert low <= getattr(Method(), name) <= high
        with pytest.raises(Misconfigured, match=f"method.{name}"):
            Method(**{name: high + 1})  # type: ignore[arg-type]
        with pytest.raises(Misconfigured, match=f"method.{name}"):
            Method(**{name: low - 1})  # type: ignore[arg-type]


def test_a_weight_table_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(Misconfigured, match="iota_paid"):
        Method(iota_paid=1.5)
    with pytest.raises(Misconfigured, match=r"method\.g"):
        Method(g="2m")  # type: ignore[arg-type]
    with pytest.raises(Misconfigured, match="windows"):
        Method(windows=(91, 28))


def test_the_version_is_the_same_in_another_process_and_changes_with_any_value() -> None:
    code = "from leumund.reputation.method import Method; print(Method().version)"
    environment = {"PYTHONPATH": str(Path(leumund.__file__).parents[1]), "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment,
    )
    assert other.stdout.strip() == Method().version
    assert len(Method().version) == 12
    changed = {Method(draws=999).version, Method(g="m").version, Method(windows=(28,)).version}
    assert len(changed | {Method().version}) == 4
