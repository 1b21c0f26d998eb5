import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from leumund.keyring import Keyring

NOVEMBER = datetime(2026, 11, 24, tzinfo=UTC)
JANUARY = datetime(2027, 1, 4, tzinfo=UTC)


def test_an_author_keeps_one_hash_within_a_period_and_source(tmp_path: Path) -> None:
    keys = Keyring(tmp_path / "keys", "quarter")
    one = keys.pseudonym("forum", "lena", now=NOVEMBER)
    assert one == keys.pseudonym("forum", "lena", now=NOVEMBER)
    assert len(one) == 64
    assert "lena" not in one
    assert one != keys.pseudonym("forum", "lina", now=NOVEMBER)
    assert one != keys.pseudonym("blog", "lena", now=NOVEMBER)
    assert one != keys.pseudonym("forum", "lena", now=JANUARY)
    assert keys.pseudonym("forum", "", now=NOVEMBER) == ""


def test_erasure_finds_every_hash_until_the_key_is_forgotten(tmp_path: Path) -> None:
    keys = Keyring(tmp_path / "keys", "quarter")
    old = keys.pseudonym("forum", "lena", now=NOVEMBER)
    new = keys.pseudonym("forum", "lena", now=JANUARY)
    assert set(keys.every_pseudonym("forum", "lena")) == {old, new}
    assert keys.forget(JANUARY) == 1
    assert list(keys.every_pseudonym("forum", "lena")) == [new]


def test_keys_are_readable_by_the_owner_alone_and_drawn_once(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with ThreadPoolExecutor(8) as pool:
        rings = [Keyring(folder, "quarter") for _ in range(32)]
        hashes = set(pool.map(lambda ring: ring.pseudonym("a", "b", now=NOVEMBER), rings))
    assert len(hashes) == 1
    (key,) = folder.iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
