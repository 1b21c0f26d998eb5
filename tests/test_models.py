"""The model that ships is the one that its card describes, and its posts keep their promises."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from leumund.enrich.sentiment import softmax
from leumund.inference.load import load

ROOT = Path(__file__).parents[1]
COMPACT = ROOT / "models/compact"
DATA = Path(os.environ.get("LEUMUND_DATA", ROOT.parent / "shared/data"))
FLOOR = json.loads((COMPACT / "floor.json").read_text("utf-8"))
RESPONSES = json.loads((COMPACT / "responses.json").read_text("utf-8"))["rows"]
HELD_OUT = ("versicherung", "moebel", "handwerk")
WORD = re.compile(r"\w+")


def posts(*names: str) -> Iterator[dict[str, object]]:
    for name in names or sorted(path.stem for path in (COMPACT / "posts").glob("*.jsonl")):
        for line in (COMPACT / "posts" / f"{name}.jsonl").read_text("utf-8").splitlines():
            yield json.loads(line)


def grams(text: str, n: int) -> set[tuple[str, ...]]:
    words = WORD.findall(text.lower())
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def test_weights_stay_within_25_megabytes() -> None:
    files = [COMPACT / "model.onnx", COMPACT / "model.safetensors", COMPACT / "tokenizer.json"]
    assert sum(path.stat().st_size for path in files) <= 25_000_000


def test_at_least_2000_written_posts_with_an_honest_share_of_neutral_ones() -> None:
    training = [
        row for row in posts() if row["sector"] not in ("versicherung", "moebel", "handwerk")
    ]
    assert len(training) >= 2000
    tones = Counter(tone for row in training for tone in row["opinions"].values())  # type: ignore[attr-defined]
    assert 0.35 <= tones["neutral"] / tones.total() <= 0.65


def test_fewer_than_one_percent_of_the_posts_are_near_duplicates() -> None:
    seen: dict[tuple[str, ...], list[int]] = {}
    all_grams, near = [], 0
    for number, row in enumerate(posts()):
        own = grams(str(row["text"]), 3)
        shared = Counter(other for gram in own for other in seen.get(gram, ()))
        near += any(n / len(own | all_grams[other]) >= 0.5 for other, n in shared.items())
        for gram in own:
            seen.setdefault(gram, []).append(number)
        all_grams.append(own)
    assert near / len(all_grams) < 0.01


def test_no_six_words_in_a_row_are_shared_with_the_examples() -> None:
    shown: set[tuple[str, ...]] = set()
    for path in (ROOT / "examples/texts").glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            shown |= grams(f"{row.get('title', '')} . {row['text']}", 6)
    assert [row["text"] for row in posts() if grams(str(row["text"]), 6) & shown] == []


def test_no_six_words_in_a_row_of_the_test_pairs_are_practised() -> None:
    pairs = [json.loads(x) for x in (COMPACT / "pairs.jsonl").read_text("utf-8").splitlines()]
    asked = {g for row in pairs for half in "ab" for g in grams(row[half]["text"], 6)}
    drills = [
        half["text"]
        for path in (COMPACT / "drills").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
        for half in json.loads(line)["texts"]
    ]
    assert [text for text in drills if grams(text, 6) & asked] == []


def test_the_responses_come_from_the_held_out_sectors_and_tell_the_tones_apart() -> None:
    held = [tone for row in posts("heldout") for tone in row["opinions"].values()]  # type: ignore[attr-defined]
    assert Counter(row["label"] for row in RESPONSES) == Counter(held)
    assert min(Counter(held).values()) >= 30
    scores = np.array([row["scores"] for row in RESPONSES])
    labels = np.array([("negative", "neutral", "positive").index(r["label"]) for r in RESPONSES])
    matrix = np.stack([scores[labels == k].mean(0) for k in range(3)], axis=1)
    assert np.linalg.svd(matrix)[1][2] >= 0.20
    assert np.linalg.svd(matrix)[1][2] == pytest.approx(
        FLOOR["heldout"]["smallest_singular_value"], abs=2e-3
    )


def test_the_shipped_onnx_and_the_weights_say_the_same() -> None:
    pytest.importorskip("torch", reason="needs the extra torch: make test installs it")
    texts = [str(row["text"]).replace("„", "") for row in posts("heldout")][:200]
    onnx = load("compact", runner="onnx", device="cpu").scorer.score(texts)
    torch = load("compact", runner="torch", device="cpu").scorer.score(texts)
    agree = (onnx.argmax(1) == torch.argmax(1)).mean()
    assert agree >= 0.98
    assert np.abs(softmax(onnx) - softmax(torch)).max() < 0.1


@pytest.mark.skipif(
    not (DATA / "evaluate/germeval2017").is_dir(),
    reason=f"GermEval 2017 is not at {DATA}; set LEUMUND_DATA to the folder that holds it",
)
def test_the_floor_is_what_the_shipped_model_reaches() -> None:
    script = (
        "import json, sys; from pathlib import Path; import train;"
        "print(json.dumps(train.scored(Path(sys.argv[1]), Path(sys.argv[2]))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(COMPACT), str(DATA / "evaluate")],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'pipeline'}:{COMPACT}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found = json.loads(done.stdout)
    for data in ("germeval2017_dev", "germeval2017_test_synchronic"):
        assert found[data]["sha256"] == FLOOR[data]["sha256"]
        for figure in ("accuracy", "macro_f1", "f1_negative"):
            assert found[data][figure] == pytest.approx(FLOOR[data][figure], abs=0.003)
    assert abs(found["pairs"]["all"] - FLOOR["pairs"]["all"]) <= 1


def test_the_tables_of_card_and_readme_are_those_of_the_floor() -> None:
    synchronic = FLOOR["germeval2017_test_synchronic"]
    for document in (COMPACT / "card.md", ROOT / "models/README.md"):
        text = document.read_text("utf-8")
        for figure in ("accuracy", "macro_f1", "f1_negative"):
            assert f"{synchronic[figure]:.3f}" in text, f"{document.name}: {figure}"
        assert f"{FLOOR['pairs']['all']} of 100" in text
