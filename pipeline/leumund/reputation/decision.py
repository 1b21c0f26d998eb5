"""Records what was decided about one closed day, so that nobody has to decide it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leumund.reputation.method import Method

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Alarm = Literal["", "drop"]
Event = Literal["", "drop", "rise", "extended", "all_clear", "persists"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The trend decision on one closed day, as it stood when it was taken (section 14).

    `y`, `s2`: the day's value and sampling variance then, None without observation; `weekday`:
    the usual difference of that weekday, taken off before anything else. `b`, `p`: one-step
    prediction of the slow level and its variance, None during the start. `mu`, `v`: the slow
    level after the day. `r`: standardised residual; `f`, `beta`: median of the peers and its
    slope; `u` = r − β·f (the AR prediction on a day without observation). `phi`, `sigma`, `e`:
    whitening and whitened residual, None before the first decision. `drop`, `rise`: CUSUM S.
    `alarm` is "drop" from the day that raises it to the day that closes it, `event` what happened
    on the day, `opened` that first day, `start` t₀ (also of a rise, on its day), `calm_b`,
    `calm_p` the baseline frozen before t₀, `calm` the number of consecutive calm days, `risen`
    the day of the last rise. `labels` and `step` name the correction in use.
    """

    brand: str
    day: date
    method: str
    labels: str
    step: str
    y: float | None = None
    s2: float | None = None
    weekday: float = 0.0
    b: float | None = None
    p: float | None = None
    mu: float | None = None
    v: float | None = None
    r: float | None = None
    f: float | None = None
    beta: float = 0.0
    u: float | None = None
    phi: tuple[float, ...] = ()
    sigma: float | None = None
    e: float | None = None
    drop: float = 0.0
    rise: float = 0.0
    alarm: Alarm = ""
    event: Event = ""
    opened: date | None = None
    start: date | None = None
    calm_b: float | None = None
    calm_p: float | None = None
    calm: int = 0
    risen: date | None = None
    in_control: bool = True
    provisional: bool = True

    @property
    def open(self) -> bool:
        """Whether the alarm goes on after this day."""
        return bool(self.alarm) and self.event not in ("all_clear", "persists")

    @property
    def version(self) -> tuple[str, str, str]:
        """What must not change for S to be continued: method, labels, step of the correction."""
        return (self.method, self.labels, self.step)

    def dump(self) -> dict[str, object]:
        """Plain JSON values.

        >>> one = Decision(brand="a", day=date(2026, 1, 2), method="m", labels="l", step="pacc")
        >>> Decision.load(one.dump()) == one
        True
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.isoformat()
            if isinstance(value, date)
            else list(value)
            if isinstance(value, tuple)
            else value
            for name, value in values.items()
        }

    @classmethod
    def load(cls, values: Mapping[str, object]) -> Decision:
        """The decision that `dump` wrote."""
        plain = dict(values)
        for name in ("day", "opened", "start", "risen"):
            if plain.get(name) is not None:
                plain[name] = date.fromisoformat(str(plain[name]))
        phi = plain.get("phi", ())
        assert isinstance(phi, Sequence)
        plain["phi"] = tuple(float(x) for x in phi)
        return cls(**plain)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Past:
    """The decisions of one brand before a day, oldest first, as arrays (T,) over consecutive days.

    `u` residuals, `r` and `f` as in Decision (NaN where missing), `control` the days that are in
    control and observed.
    """

    decisions: tuple[Decision, ...]
    u: Floats
    r: Floats
    f: Floats
    control: Bools

    @property
    def last(self) -> Decision | None:
        """The decision on the day before."""
        return self.decisions[-1] if self.decisions else None


def past_of(brand: str, previous: Iterable[Decision], *, before: date, method: Method) -> Past:
    """The consecutive decisions of one brand that end the day before `before`.

    Of two decisions on the same day the later in `previous` counts. A day is in control unless
    it lies between the t₀ and the end of an alarm (rises are only reported); control reaches
    back over the last history_days such days (section 14).

    >>> past_of("a", [], before=date(2026, 1, 1), method=Method()).last is None
    True
    """
    newest = {d.day: d for d in previous if d.brand == brand and d.day < before}
    chain: list[Decision] = []
    for day in sorted(newest, reverse=True):
        expected = (chain[-1].day if chain else before).toordinal() - 1
        if day.toordinal() != expected:
            break
        chain.append(newest[day])
    chain.reverse()
    disturbed = {d.start: d.day for d in chain if d.start and d.alarm}
    calm = np.array(
        [not any(a <= d.day <= b for a, b in disturbed.items()) for d in chain], dtype=bool
    )
    r = np.array([_number(d.r) for d in chain], dtype=np.float64)
    control = calm & np.isfinite(r)
    control[: _beyond(control, method.history_days)] = False
    return Past(
        decisions=tuple(chain),
        u=np.array([_number(d.u) for d in chain], dtype=np.float64),
        r=r,
        f=np.array([_number(d.f) for d in chain], dtype=np.float64),
        control=control,
    )


def _beyond(control: Bools, limit: int) -> int:
    """Number of leading days that lie before the last `limit` days in control."""
    places = np.flatnonzero(control)
    return int(places[-limit]) if len(places) > limit else 0


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def days_to_decide(
    brand: str,
    previous: Iterable[Decision],
    *,
    first: date,
    last: date,
    version: tuple[str, str, str],
    method: Method,
) -> tuple[date, ...]:
    """The closed days, in order, that still have to be decided under this version.

    New days follow the newest stored decision; a new version also recomputes recompute_days
    before it, silently (section 14). Days at or before the newest stored one are recomputed ones.

    >>> days_to_decide("a", [], first=date(2026, 1, 1), last=date(2026, 1, 3), version=("", "", ""),
    ...                method=Method())[-1]
    datetime.date(2026, 1, 3)
    """
    newest = {d.day: d for d in previous if d.brand == brand}
    start = first.toordinal()
    if newest:
        latest = max(newest)
        again = 0 if newest[latest].version == version else method.recompute_days
        start = max(start, latest.toordinal() + 1 - again)
    return tuple(date.fromordinal(n) for n in range(start, last.toordinal() + 1))
