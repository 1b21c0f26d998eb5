"""Every number that steers the index, in one place, with its allowed range and a version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from leumund.errors import Misconfigured

ReprintWeight = Literal["1", "1+log2 m", "m"]

RANGES: dict[str, tuple[float, float]] = {
    "gamma": (0, 2),
    "rho_min": (0, 1),
    "rho_max": (1, 10),
    "cap_source": (0.02, 1),
    "cap_platform": (0.1, 1),
    "cap_days": (7, 90),
    "ece_max": (0.02, 0.2),
    "ece_bins": (5, 20),
    "n_label_min": (10, 100),
    "sv_min": (0.05, 0.4),
    "own_labels": (30, 5000),
    "prior_clusters": (1, 20),
    "var_floor": (0.01, 0.2),
    "prior_days": (60, 365),
    "draws": (200, 5000),
    "sv_redraw": (0.01, 0.1),
    "redraw_max": (0, 0.1),
    "shrink_days": (30, 365),
    "shrink_low": (5, 200),
    "shrink_high": (5, 200),
    "shrink_sov": (0, 100),
    "sov_days": (1, 28),
    "sov_prior_days": (28, 365),
    "n_min": (10, 200),
    "hw_max": (5, 25),
    "h_tag": (3, 30),
    "h_sed": (30, 365),
    "start_days": (14, 60),
    "start_min": (2, 28),
    "start_variance": (100, 2500),
    "omega_days": (30, 180),
    "window": (7, 365),
    "verdict_p": (0.9, 0.995),
    "verdict_days": (14, 90),
    "stable_p": (0.9, 0.995),
    "stable_points": (1, 10),
    "absent_max": (0, 1),
    "k": (0.25, 1),
    "budget": (0.1, 12),
    "guard": (1, 2),
    "series": (1, 100),
    "history_days": (120, 730),
    "history_firm": (60, 365),
    "history_min": (14, 120),
    "ar_order": (1, 7),
    "winsor": (3, 6),
    "weekday_weeks": (12, 104),
    "peers_min": (3, 20),
    "clear_days": (3, 14),
    "max_open": (14, 60),
    "recompute_days": (14, 120),
    "delta": (1, 10),
    "severity_points": (5, 40),
    "severity_reach": (0.1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The tunables of the index; a different value is a different method.

    Weights: `gamma` (reach exponent, 0 = no reach), `rho_*` (its limits), `iota_*` (independence),
    `pi_*` (prominence), `cap_*` (largest share of a source and a platform over `cap_days`), `g`
    (weight of a story printed in m sources). Margins are in points of R, windows in days.

    Raises:
        Misconfigured: a value lies outside its range or is not one of the allowed words.

    >>> Method().version == Method(gamma=1).version != Method(gamma=0.5).version
    True
    >>> Method(gamma=3)
    Traceback (most recent call last):
        ...
    leumund.errors.Misconfigured: method.gamma = 3 must lie between 0 and 2
    """

    gamma: float = 1.0
    rho_min: float = 0.25
    rho_max: float = 2.0
    iota_owned: float = 0.0
    iota_press_copy: float = 0.1
    iota_paid: float = 0.1
    iota_affiliate: float = 0.2
    iota_employee: float = 0.3
    iota_competitor: float = 0.3
    iota_sector: float = 0.7
    pi_title: float = 1.0
    pi_lead: float = 2 / 3
    pi_body: float = 1 / 3
    cap_source: float = 0.10
    cap_platform: float = 0.40
    cap_days: int = 28
    g: ReprintWeight = "1+log2 m"

    ece_max: float = 0.10
    ece_bins: int = 10
    n_label_min: int = 30
    sv_min: float = 0.10
    own_labels: int = 300

    prior_clusters: float = 4.0
    var_floor: float = 0.05
    prior_days: int = 180
    draws: int = 1000
    sv_redraw: float = 0.05
    redraw_max: float = 0.01

    shrink_days: int = 90
    shrink_low: float = 5.0
    shrink_high: float = 200.0
    shrink_sov: float = 10.0
    sov_days: int = 7
    sov_prior_days: int = 90

    n_min: float = 30.0
    hw_max: float = 15.0
    h_tag: float = 7.0
    h_sed: float = 90.0
    start_days: int = 28
    start_min: int = 5
    start_variance: float = 625.0
    omega_days: int = 60
    window: int = 28
    windows: tuple[int, ...] = (28, 91, 182, 365)
    verdict_p: float = 0.975
    verdict_days: int = 28
    stable_p: float = 0.95
    stable_points: float = 3.0
    absent_max: float = 0.20

    k: float = 0.5
    budget: float = 1.0
    guard: float = 1.3
    series: int = 1
    history_days: int = 365
    history_firm: int = 180
    history_min: int = 28
    ar_order: int = 3
    winsor: float = 4.0
    weekday_weeks: int = 26
    peers_min: int = 5
    clear_days: int = 7
    max_open: int = 28
    recompute_days: int = 60
    delta: float = 3.0
    severity_points: float = 15.0
    severity_reach: float = 0.5
    decide_at: str = "06:30"

    def __post_init__(self) -> None:
        object.__setattr__(self, "windows", tuple(self.windows))
        limits = dict(RANGES)
        limits |= {name: (0, 1) for name in self.__slots__ if name.startswith(("iota_", "pi_"))}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise Misconfigured(
                    f"method.{name} = {value} must lie between {low:g} and {high:g}"
                )
        if self.g not in ("1", "1+log2 m", "m"):
            raise Misconfigured(f'method.g = {self.g!r} must be "1", "1+log2 m" or "m"')
        if not self.windows or list(self.windows) != sorted(set(self.windows)):
            raise Misconfigured("method.windows must be different lengths in ascending order")

    @property
    def version(self) -> str:
        """First 12 hex digits of SHA-256 over the resolved values; 1 and 1.0 are the same value."""
        resolved = {
            name: float(value) if isinstance(value, int | float) else value
            for name, value in asdict(self).items()
        }
        return hashlib.sha256(json.dumps(resolved, sort_keys=True).encode()).hexdigest()[:12]
