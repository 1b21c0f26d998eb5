"""Teaches the pretrained encoder to tell tone toward a brand, first roughly, then on our posts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from corpus import Example
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, log_softmax, kl_div, softmax
from transformers import BertForSequenceClassification

LENGTH = 160
BATCH = 32
Ids = list[list[int]]


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> Ids:
    """Token ids, cut to LENGTH with the closing [SEP] kept."""
    found = (e.ids for e in tokenizer.encode_batch_fast(list(texts)))
    return [ids if len(ids) <= LENGTH else [*ids[: LENGTH - 1], ids[-1]] for ids in found]


def padded(rows: Sequence[list[int]]) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


def start(folder: Path, *, seed: int) -> BertForSequenceClassification:
    torch.manual_seed(seed)
    return BertForSequenceClassification.from_pretrained(
        folder, num_labels=3, hidden_dropout_prob=0.1, classifier_dropout=0.2
    )


def train(
    model: BertForSequenceClassification,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    *,
    epochs: int,
    rate: float,
    seed: int,
    agree: float = 0.0,
) -> None:
    """Cross-entropy with a few words hidden; `agree` weighs R-Drop (Liang et al. 2021)."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    ids = encode(tokenizer, [e.text for e in examples])
    gold = torch.tensor([e.label for e in examples])
    size = np.array([len(row) for row in ids])
    steps = epochs * -(-len(ids) // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), rate, weight_decay=0.02, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    model.train()
    for _ in range(epochs):
        for pick in batches(size, rng):
            batch = padded([ids[i] for i in pick])
            mask = (batch > 0).long()
            hidden = torch.from_numpy(rng.random(batch.shape) < 0.06) & (batch > 6)
            batch[hidden] = 4
            loss = step_loss(model, batch, mask, gold[pick], agree=agree)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)


def step_loss(
    model: BertForSequenceClassification,
    batch: torch.Tensor,
    mask: torch.Tensor,
    gold: torch.Tensor,
    *,
    agree: float,
) -> torch.Tensor:
    if not agree:
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(batch, attention_mask=mask).logits
        return cross_entropy(logits.float(), gold, label_smoothing=0.05)
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(batch.repeat(2, 1), attention_mask=mask.repeat(2, 1)).logits
    one, two = logits.float().chunk(2)
    loss = cross_entropy(logits.float(), gold.repeat(2), label_smoothing=0.05)
    apart = kl_div(log_softmax(one, -1), softmax(two, -1), reduction="batchmean")
    apart = apart + kl_div(log_softmax(two, -1), softmax(one, -1), reduction="batchmean")
    return loss + agree * apart / 2


def batches(size: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Random batches of texts of like length."""
    order = rng.permutation(len(size))
    chunks = np.array_split(order, max(1, len(order) // (BATCH * 20)))
    sorted_ = np.concatenate([c[np.argsort(size[c], kind="stable")] for c in chunks])
    found = [sorted_[i : i + BATCH] for i in range(0, len(sorted_), BATCH)]
    return [found[i] for i in rng.permutation(len(found))]


def logits_of(
    model: BertForSequenceClassification, tokenizer: Tokenizer, texts: Sequence[str]
) -> np.ndarray:
    """Logits (n, 3) in fp32."""
    ids = encode(tokenizer, texts)
    order = np.argsort([len(row) for row in ids])
    found = np.zeros((len(ids), 3))
    model.eval()
    with torch.inference_mode():
        for i in range(0, len(order), 64):
            pick = order[i : i + 64]
            batch = padded([ids[j] for j in pick])
            found[pick] = model(batch, attention_mask=(batch > 0).long()).logits.numpy()
    return found
