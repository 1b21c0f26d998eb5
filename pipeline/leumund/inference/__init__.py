"""Runs a language model over texts: which model, on which device, in which batches."""

from leumund.inference.load import Loaded, load
from leumund.inference.scorer import Logits, Scorer

__all__ = ["Loaded", "Logits", "Scorer", "load"]
