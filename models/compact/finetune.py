"""The encoder and how it learns to tell tone toward a brand: composition first, then our posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import ModernBertConfig, ModernBertForSequenceClassification

from corpus import Example
from vectors import SIZE, VOCABULARY

LENGTH = 160
BATCH = 64
HIDDEN, SMOOTH, AVERAGE = 0.08, 0.1, 0.998
"""Share of words hidden in training; label smoothing; memory of the averaged weights."""
Model = ModernBertForSequenceClassification
Ids = list[list[int]]


def blank(start: np.ndarray, *, seed: int) -> Model:
    """Four layers of 256, rotary positions, mean pooling; words as given, the rest random."""
    torch.manual_seed(seed)
    model = Model(
        ModernBertConfig(
            vocab_size=VOCABULARY,
            hidden_size=SIZE,
            num_hidden_layers=4,
            num_attention_heads=4,
            intermediate_size=512,
            max_position_embeddings=192,
            pad_token_id=0,
            bos_token_id=2,
            cls_token_id=2,
            eos_token_id=3,
            sep_token_id=3,
            num_labels=3,
            classifier_pooling="mean",
            classifier_dropout=0.2,
            embedding_dropout=0.1,
            mlp_dropout=0.1,
            attention_dropout=0.1,
            global_attn_every_n_layers=1,
        )
    )
    model.model.embeddings.tok_embeddings.weight.data.copy_(torch.from_numpy(start))
    return model


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> Ids:
    """Token ids, cut to LENGTH with the closing [SEP] kept."""
    found = (e.ids for e in tokenizer.encode_batch_fast(list(texts)))
    return [ids if len(ids) <= LENGTH else [*ids[: LENGTH - 1], ids[-1]] for ids in found]


def padded(rows: Sequence[list[int]]) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


def train(
    model: Model,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    *,
    epochs: int,
    rate: float,
    seed: int,
) -> None:
    """Cross-entropy, a few words hidden each time; one cycle of the learning rate.

    Logits are adjusted by the class shares of each kind of text (Menon et al. 2021), so that the
    model does not learn how often a kind was critical; it ends as the average of its last steps.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    ids = encode(tokenizer, [e.text for e in examples])
    gold = torch.tensor([e.label for e in examples])
    usual = torch.from_numpy(log_shares(examples))
    size = np.array([len(row) for row in ids])
    steps = epochs * -(-len(ids) // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), rate, weight_decay=0.02, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps, pct_start=0.1
    )
    mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(AVERAGE))
    model.train()
    for epoch in range(epochs):
        running = 0.0
        for pick in batches(size, rng):
            batch = padded([ids[i] for i in pick])
            mask = (batch > 0).long()
            batch[torch.from_numpy(rng.random(batch.shape) < HIDDEN) & (batch > 6)] = 4
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(batch, attention_mask=mask).logits
            adjusted = logits.float() + usual[pick]
            loss = cross_entropy(adjusted, gold[pick], label_smoothing=SMOOTH)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad(set_to_none=True)
            mean.update_parameters(model)
            running = 0.98 * running + 0.02 * loss.item() if running else loss.item()
        print(f"  epoch {epoch + 1}/{epochs}, loss {running:.3f}", flush=True)
    model.load_state_dict(mean.module.state_dict())


def log_shares(examples: Sequence[Example]) -> np.ndarray:
    """Per example the log shares (n, 3) of the classes among the examples of its kind."""
    counts: dict[str, np.ndarray] = defaultdict(lambda: np.full(3, 1.0))
    for example in examples:
        counts[example.kind][example.label] += 1
    shares = {kind: np.log(row / row.sum()) for kind, row in counts.items()}
    return np.array([shares[example.kind] for example in examples], dtype=np.float32)


def batches(size: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Random batches of texts of like length."""
    order = rng.permutation(len(size))
    chunks = np.array_split(order, max(1, len(order) // (BATCH * 20)))
    alike = np.concatenate([c[np.argsort(size[c], kind="stable")] for c in chunks])
    found = [alike[i : i + BATCH] for i in range(0, len(alike), BATCH)]
    return [found[i] for i in rng.permutation(len(found))]


def logits_of(model: Model, tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
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
