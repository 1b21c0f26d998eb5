"""Learns German words before any label: a vocabulary, and a vector for each word of it.

The vectors come from co-occurrence (PPMI and SVD, Levy & Goldberg 2014), which costs a minute where
masked language modelling costs days on the same machine.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from sklearn.utils.extmath import randomized_svd
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from corpus import everyday, speeches

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[MARKE]", "[ANDERE]"]
VOCABULARY, SIZE, CONTEXT = 12_000, 256, 5
CASUAL = 4  # everyday text counts this often, or the vocabulary would be parliament's
NORM = 0.5


def learn(data: Path, *, seed: int, known: Path | None) -> tuple[Tokenizer, np.ndarray]:
    """Vocabulary and word vectors (VOCABULARY, SIZE) from the unlabelled sets and our posts.

    `known` is a vocabulary to keep: learning one breaks ties by chance, so that a run that learns
    its own does not repeat another to the last digit.
    """
    formal, casual = speeches(data), everyday(data)
    random.Random(seed).shuffle(formal)
    kept = known is not None and known.exists()
    tokenizer = Tokenizer.from_file(str(known)) if kept else vocabulary(formal + CASUAL * casual)
    ids = np.concatenate([stream(tokenizer, formal), stream(tokenizer, CASUAL * casual)])
    print(f"{len(ids):,} tokens", flush=True)
    return tokenizer, vectors(ids, seed=seed)


def vocabulary(lines: list[str]) -> Tokenizer:
    """Lower-cased WordPiece: German capitals carry no sentiment, umlauts do."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(
        lines,
        trainers.WordPieceTrainer(
            vocab_size=VOCABULARY,
            special_tokens=SPECIAL,
            limit_alphabet=400,
            min_frequency=3,
            show_progress=False,
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


def vectors(ids: np.ndarray, *, seed: int) -> np.ndarray:
    """SVD of positive PMI, counts within CONTEXT words by distance, contexts to the power .75."""
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
    u, s, _ = randomized_svd(pmi, SIZE, n_iter=4, random_state=seed)
    found = u * np.sqrt(s)
    norm = np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return np.asarray(found / norm * NORM, dtype=np.float32)
