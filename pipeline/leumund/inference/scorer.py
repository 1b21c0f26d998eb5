"""What every way to run a sentiment model promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]


class Scorer(Protocol):
    """Scores texts. `signature` names model, weights, licence, runner, device and precision."""

    @property
    def signature(self) -> str: ...

    def score(self, texts: Sequence[str]) -> Logits:
        """Logits of shape (len(texts), 3), columns negative, neutral, positive, in text order."""
        ...
