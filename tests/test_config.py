from pathlib import Path

import pytest

from leumund.config import home, load
from leumund.errors import Misconfigured

SOUND = """\
[privacy]
contact = "presse@musterbahn.example"

[[brand]]
name = "On"
sources = ["feed"]

[[brand]]
name = "4711"
aliases = ["Kölnisch Wasser"]
peers = ["On"]
sources = ["feed"]

[[source]]
name = "feed"
type = "rss"
urls = ["https://feed.example/rss"]
"""


def complaint(tmp_path: Path, old: str, new: str) -> str:
    path = tmp_path / "leumund.toml"
    assert old in SOUND
    path.write_text(SOUND.replace(old, new), encoding="utf-8")
    with pytest.raises(Misconfigured) as error:
        load(path)
    return str(error.value).replace(str(path), "leumund.toml")


def test_brand_names_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "leumund.toml"
    path.write_text(SOUND, encoding="utf-8-sig")
    config = load(path)
    assert [brand.name for brand in config.brand] == ["On", "4711"]
    assert config.source_named("feed").options == {"urls": ["https://feed.example/rss"]}
    assert config.source_named("feed").group == "feed"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'contact = "presse@musterbahn.example"',
            'kontakt = "x"',
            "leumund.toml:2: privacy.kontakt: unknown key; allowed are contact, controller, "
            "pseudonym_period, purpose, remove_handles",
        ),
        (
            'aliases = ["Kölnisch Wasser"]',
            'alias = ["Kölnisch Wasser"]',
            "leumund.toml:10: brand.1.alias: unknown key; allowed are aliases, exclude, name, "
            "peers, require, sources",
        ),
        (
            'type = "rss"',
            'type = "rss"\nkind = "artikel"',
            "leumund.toml:17: source.0.kind: 'artikel' is not allowed; should be 'post', "
            "'article', 'review', 'comment' or 'reply'",
        ),
        (
            'peers = ["On"]',
            'peers = ["Onn"]',
            "leumund.toml:11: brand.1.peers: 'Onn' is not one of On, 4711",
        ),
        (
            'sources = ["feed"]\n\n[[brand]]',
            'sources = ["fed"]\n\n[[brand]]',
            "leumund.toml:6: brand.0.sources: 'fed' is not one of feed",
        ),
        (
            'name = "4711"',
            'name = "On"',
            "leumund.toml:9: brand.1.name: 'On' is used twice",
        ),
        (
            'contact = "presse@musterbahn.example"',
            'pseudonym_period = "day"',
            "leumund.toml:2: privacy.pseudonym_period: 'day' is not allowed; should be "
            "'month', 'quarter' or 'year'",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_allowed_words(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert complaint(tmp_path, old, new).splitlines()[0] == expected


def test_a_missing_or_broken_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such file"):
        load(tmp_path / "leumund.toml")
    (tmp_path / "leumund.toml").write_text("[privacy\n")
    with pytest.raises(Misconfigured, match="line 1"):
        load(tmp_path / "leumund.toml")


def test_mail_without_an_address_is_refused(tmp_path: Path) -> None:
    words = complaint(tmp_path, "[privacy]", '[[alert]]\nname = "a"\nchannel = "mail"\n\n[privacy]')
    assert words.startswith("leumund.toml:1: alert.0: channel mail needs at least one address")


def test_home_follows_the_environment() -> None:
    assert home({"LEUMUND_HOME": "/data/leumund"}) == Path("/data/leumund")
    assert home({}) == Path.home() / ".local/share/leumund"
