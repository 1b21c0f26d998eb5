"""Writes the figures of floor.json into the card and the table of models."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from corpus import HERE

DATA = {
    "germeval2017_dev": "GermEval 2017, dev",
    "germeval2017_test_synchronic": "GermEval 2017, synchronic test",
    "heldout": "own held-out sectors",
}
MAJORITY = {"germeval2017_dev": (0.701, 0.275), "germeval2017_test_synchronic": (0.655, 0.264)}


def write(folder: Path = HERE) -> None:
    """Both documents from the committed floor."""
    floor = json.loads((folder / "floor.json").read_text("utf-8"))
    _between(folder / "card.md", _card(floor))
    _between(folder.parent / "README.md", _table(floor, folder))


def _card(floor: dict[str, Any]) -> str:
    lines = [
        "| data | texts | accuracy | macro-F1 | F1 critical | F1 neutral | F1 favourable |",
        "|---|---|---|---|---|---|---|",
    ]
    for key, name in DATA.items():
        row = floor[key]
        parts = (f"{row[k]:.3f}" for k in ("accuracy", "macro_f1", *_f1(row)))
        lines.append(f"| {name} | {row['n']:,} | {' | '.join(parts)} |")
        if key in MAJORITY:
            accuracy, macro = MAJORITY[key]
            lines.append(f"| – always neutral | | {accuracy:.3f} | {macro:.3f} | | | |")
    held, pairs = floor["heldout"], floor["pairs"]
    kinds = ", ".join(f"{k.replace('_', ' ')} {n}" for k, n in pairs.items() if k != "all")
    lines += [
        "",
        f"Minimal pairs with both halves right: **{pairs['all']} of 100** ({kinds}).",
        f"Response matrix on own held-out sectors: smallest singular value "
        f"**{held['smallest_singular_value']:.3f}**.",
        f"Calibration there: T = {held['temperature']:.2f}, ECE {held['ece_before']:.3f} before, "
        f"{held['ece']:.3f} after (fitted and measured on the same texts).",
        f"The fp32 export differs from torch by at most {held['onnx_difference']:.0e}; "
        f"{held['precision']} weights cost {100 * held['macro_f1_lost']:.2f} points of macro-F1.",
    ]
    return "\n".join(lines)


def _f1(row: dict[str, Any]) -> list[str]:
    return [f"f1_{name}" for name in ("negative", "neutral", "positive") if f"f1_{name}" in row]


def _table(floor: dict[str, Any], folder: Path) -> str:
    row = floor["germeval2017_test_synchronic"]
    names = ("model.onnx", "model.safetensors")
    onnx, weights = ((folder / name).stat().st_size / 1e6 for name in names)
    return "\n".join(
        [
            "| model | task | licence | size | GermEval 2017 synchronic: accuracy, macro-F1, F1 "
            "critical | minimal pairs |",
            "|---|---|---|---|---|---|",
            "| [compact](compact/card.md) | tone toward a brand | Apache-2.0 | "
            f"{onnx:.1f} MB ONNX, {weights:.1f} MB safetensors | {row['accuracy']:.3f}, "
            f"{row['macro_f1']:.3f}, {row['f1_negative']:.3f} | {floor['pairs']['all']} of 100 |",
        ]
    )


def _between(path: Path, text: str) -> None:
    old = path.read_text("utf-8")
    new = re.sub(
        r"<!-- figures -->\n.*?<!-- end -->",
        lambda _: f"<!-- figures -->\n{text}\n<!-- end -->",
        old,
        flags=re.DOTALL,
    )
    path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    write()
