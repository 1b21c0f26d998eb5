"""Says which rules and which model made a reading, so that only what changed is read again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from leumund.types import Enricher


def joined(rules: Sequence[Enricher], model: Enricher) -> str:
    """`rules:model` for `Reading.signature`: 16 hex digits, a colon, the model's signature."""
    return f"{rules_of(rules)}:{model.signature}"


def rules_of(rules: Sequence[Enricher]) -> str:
    """16 hex digits over the signatures of the steps that need no model."""
    text = "\n".join(step.signature for step in rules)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def model_of(signature: str) -> str:
    """The part of `Reading.signature` that names the model; "" for an unread mention.

    >>> model_of("0123456789abcdef:compact onnx/cpu")
    'compact onnx/cpu'
    """
    return signature.partition(":")[2]
