"""Teaches a small encoder German words and word order before it sees a label.

Three steps: a WordPiece vocabulary; word vectors from co-occurrence (PPMI and SVD, Levy & Goldberg
2014), which cost minutes where masked training costs days; then masked language modelling from
these vectors on.
"""

import random
from pathlib import Path

import numpy as np
import torch
from corpus import everyday, speeches
from sklearn.utils.extmath import randomized_svd
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForMaskedLM

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[MARKE]", "[ANDERE]"]
VOCABULARY, LENGTH, BATCH, CONTEXT = 12_000, 64, 64, 5
CASUAL = 4  # everyday text counts this often, or the vocabulary would be parliament's


def vocabulary(lines: list[str]) -> Tokenizer:
    """Lower-cased WordPiece: German capitals carry no sentiment, umlauts do."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(
        lines,
        trainers.WordPieceTrainer(
            vocab_size=VOCABULARY, special_tokens=SPECIAL, limit_alphabet=400, min_frequency=3
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def stream(tokenizer: Tokenizer, lines: list[str]) -> np.ndarray:
    """All token ids in one row; a [SEP] ends each line."""
    parts = []
    for start in range(0, len(lines), 20_000):
        for encoding in tokenizer.encode_batch_fast(lines[start : start + 20_000]):
            parts.append(np.array(encoding.ids[1:], dtype=np.int32))
    return np.concatenate(parts)


def vectors(ids: np.ndarray, size: int, *, seed: int) -> np.ndarray:
    """Word vectors (vocabulary, size): SVD of shifted positive PMI, counts within CONTEXT words."""
    count = np.zeros(VOCABULARY * VOCABULARY, dtype=np.float32)
    for step in range(1, CONTEXT + 1):
        for part in np.array_split(np.arange(len(ids) - step), 8):
            pair = ids[part].astype(np.int64) * VOCABULARY + ids[part + step]
            cells, times = np.unique(pair, return_counts=True)
            count[cells] += times / step
    count = count.reshape(VOCABULARY, VOCABULARY)
    count += count.T
    rows = count.sum(1)
    context = rows**0.75 / (rows**0.75).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log(count / np.maximum(rows, 1)[:, None] / np.maximum(context, 1e-12)[None])
    pmi = np.maximum(np.nan_to_num(pmi, neginf=0.0, posinf=0.0), 0.0)
    u, s, _ = randomized_svd(pmi, size, n_iter=4, random_state=seed)
    found = u * np.sqrt(s)
    norm = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(norm, 1e-6) * 0.5, dtype=np.float32)


def configuration() -> BertConfig:
    return BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=1024,
        max_position_embeddings=192,
        pad_token_id=0,
    )


def masked_training(ids: np.ndarray, start: np.ndarray, *, steps: int, seed: int) -> BertForMaskedLM:
    """Masked language modelling over `ids`, whole rows of LENGTH tokens, one cosine cycle."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = BertForMaskedLM(configuration())
    model.bert.embeddings.word_embeddings.weight.data.copy_(torch.from_numpy(start))
    optimiser = torch.optim.AdamW(model.parameters(), 1e-3, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, total_steps=steps, pct_start=0.06)
    rows = len(ids) // LENGTH
    order = rng.permutation(rows)
    running = 0.0
    for step in range(steps):
        pick = order[np.arange(step * BATCH, (step + 1) * BATCH) % rows]
        batch = torch.from_numpy(np.stack([ids[r * LENGTH : (r + 1) * LENGTH] for r in pick])).long()
        chosen = torch.from_numpy(rng.random(batch.shape) < 0.15) & (batch >= len(SPECIAL))
        target = batch[chosen]
        roll = torch.from_numpy(rng.random(len(target)))
        noise = torch.from_numpy(rng.integers(len(SPECIAL), VOCABULARY, len(target)))
        batch[chosen] = torch.where(roll < 0.8, 4, torch.where(roll < 0.9, noise, target))
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model.bert(batch).last_hidden_state[chosen]
            logits = model.cls(hidden)
        loss = cross_entropy(logits.float(), target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if step % 200 == 0:
            print(f"masked step {step}/{steps}, loss {running:.3f}", flush=True)
    return model


def pretrain(data: Path, out: Path, *, steps: int, seed: int) -> None:
    """Vocabulary and encoder into `out`; a finished run is not repeated."""
    if (out / "done").exists():
        return
    out.mkdir(parents=True, exist_ok=True)
    formal, casual = speeches(data), everyday(data)
    random.Random(seed).shuffle(formal)
    tokenizer = vocabulary(formal + CASUAL * casual)
    tokenizer.save(str(out / "tokenizer.json"))
    ids = stream(tokenizer, formal), stream(tokenizer, CASUAL * casual)
    print(f"tokens: speeches {len(ids[0]):,}, everyday {len(ids[1]):,}", flush=True)
    start = vectors(np.concatenate(ids), 256, seed=seed)
    mix = np.concatenate([ids[0][: 2 * len(ids[1])], ids[1]])
    model = masked_training(mix, start, steps=steps, seed=seed)
    model.save_pretrained(out)
    (out / "done").touch()
