"""Exports are read row by row: what is broken costs its row, what is fine is kept whole."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sources.conftest import NOW

from leumund import config, sources
from leumund.errors import Misconfigured
from leumund.sources._rows import examine
from leumund.sources.files import Settings, read_file, with_columns
from leumund.types import Cursor, Item, Mention, Reject, Window

MakeTools = Callable[..., sources.Tools]
COLUMNS = {"id": "Nr", "text": "Beitrag", "published_at": "Zeit"}
HEAD = "Nr;Beitrag;Zeit\n"
WINDOW = Window(NOW - timedelta(days=1), NOW)


@pytest.fixture
def read(tmp_path: Path, tools: MakeTools) -> Callable[..., list[Item]]:
    """Read one file of the drop folder with these settings."""

    def reading(
        content: str | bytes,
        name: str = "export.csv",
        cursors: Mapping[str, Cursor] | None = None,
        **options: Any,
    ) -> list[Item]:
        folder = tmp_path / "inbox"
        folder.mkdir(exist_ok=True)
        raw = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(raw)
        return fetched(tools(), cursors, **options)

    return reading


def fetched(
    tools: sources.Tools, cursors: Mapping[str, Cursor] | None = None, **options: Any
) -> list[Item]:
    found = config.Source.model_validate(
        {"name": "forum", "type": "files", "kind": "post", "path": "inbox", "columns": COLUMNS}
        | options
    )
    source = sources.build(found, tools, file=Path("leumund.toml"), position=0)
    return list(source.fetch(WINDOW, cursors or {}))


def mentions(items: list[Item]) -> list[Mention]:
    return [found for found in items if isinstance(found, Mention)]


def texts(items: list[Item]) -> dict[str, str]:
    return {mention.native_id: mention.text for mention in mentions(items)}


def rejects(items: list[Item]) -> dict[str, str]:
    return {found.place: found.reason for found in items if isinstance(found, Reject)}


def test_every_field_of_a_mention_can_be_mapped(read: Callable[..., list[Item]]) -> None:
    columns = {
        "id": "a", "url": "b", "title": "c", "text": "d", "published_at": "e", "kind": "f",
        "author": "g", "reply_to": "h", "owned": "i", "outlet": "j", "region": "k", "reach": "l",
        "tier": "m", "likes": "n", "shares": "o", "comments": "p", "rating": "q", "label": "r",
        "language": "s", "edited_at": "t", "extra": ["u", "v"],
    }  # fmt: skip
    row = [
        "7", "https://forum.example/7?utm_source=x", "Titel", "Hallo @lena und @Musterbahn",
        "21.11.2026 09:00", "Antwort", "kurt", "6", "ja", "Pendlerforum", "Nord", "12.500",
        "regional", "1.204", "3", "0", "4,5", "negativ", "de-DE", "2026-11-21T09:30:00Z", "F 3", "",
    ]  # fmt: skip
    head = ";".join("abcdefghijklmnopqrstuv")
    (mention,) = mentions(read(f"{head}\n{';'.join(row)}\n", columns=columns))
    assert mention == Mention(
        source="forum",
        native_id="7",
        url="https://forum.example/7",
        title="Titel",
        text="Hallo @… und @Musterbahn",
        published_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        kind="reply",
        author="hash-of-4",
        reply_to="6",
        owned=True,
        outlet="Pendlerforum",
        region="Nord",
        reach=12500,
        tier="regional",
        likes=1204,
        shares=3,
        comments=0,
        rating=4.5,
        label="negativ",
        language="de",
        edited_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        extra={"u": "F 3"},
    )


def test_columns_that_bear_a_fields_name_need_no_mapping(read: Callable[..., list[Item]]) -> None:
    items = read("ID,Text,published_at,geheim\n1,Hallo,2026-11-21,Kontonummer\n", columns={})
    assert texts(items) == {"1": "Hallo"}
    assert "Kontonummer" not in repr(items)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_by_the_header(
    read: Callable[..., list[Item]], delimiter: str
) -> None:
    text = 'Nr;Beitrag;"a, b; c|d";Zeit\n1;"Ja; nein, | vielleicht";x;21.11.2026\n'
    head, row = text.splitlines()
    swapped = "\n".join(
        (
            head.replace("Nr;Beitrag;", f"Nr{delimiter}Beitrag{delimiter}").replace(
                '";Zeit', f'"{delimiter}Zeit'
            ),
            row.replace("1;", f"1{delimiter}").replace('";x;21', f'"{delimiter}x{delimiter}21'),
        )
    )
    assert texts(read(swapped)) == {"1": "Ja; nein, | vielleicht"}


def test_a_stated_delimiter_is_obeyed(read: Callable[..., list[Item]]) -> None:
    assert texts(read("sep=;\nNr;Beitrag;Zeit\n1;a,b;21.11.2026\n")) == {"1": "a,b"}
    assert texts(read("Nr~Beitrag~Zeit\n1~a;b~21.11.2026\n", delimiter="~")) == {"1": "a;b"}


def test_a_table_without_a_header_is_read_by_position(read: Callable[..., list[Item]]) -> None:
    items = read(
        '7\t"Anführung am Anfang\t21.11.2026\n',
        "a.tsv",
        header=False,
        quote="",
        columns={"id": "1", "text": "2", "published_at": "3"},
    )
    assert texts(items) == {"7": '"Anführung am Anfang'}


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_the_encoding_is_found(read: Callable[..., list[Item]], charset: str) -> None:
    items = read((HEAD + "1;Größe in Süd – 5 €;21.11.2026\n").encode(charset))
    assert texts(items) == {"1": "Größe in Süd – 5 €"}


def test_a_wrong_byte_costs_its_row_and_not_the_file(read: Callable[..., list[Item]]) -> None:
    content = (HEAD + "1;Züge;21.11.2026\n2;kaXutt;21.11.2026\n3;Größe;21.11.2026\n").encode()
    items = read(content.replace(b"X", b"\xfc"))
    assert texts(items) == {"1": "Züge", "3": "Größe"}
    assert rejects(items) == {"export.csv:3": "bytes that are not of the file's encoding"}
    (reject,) = (found for found in items if isinstance(found, Reject))
    assert reject.raw == b"2;ka\xfcutt;21.11.2026\n"


def test_broken_rows_swallow_no_neighbour(read: Callable[..., list[Item]]) -> None:
    items = read(
        HEAD
        + '1;"offen;21.11.2026\n'
        + "2;gut;21.11.2026\n"
        + '3;"ok; ja";21.11.2026\n'
        + "4;zu;viele;21.11.2026\n"
        + "5;zu wenige\n"
        + '6;"zwei\nZeilen";21.11.2026\n'
        + '7;"sagte "nein" und ging";21.11.2026\n'
        + '8;"sagte ""ja""";21.11.2026\n'
        + "9;N\0UL;21.11.2026\n"
        + ";;\n\n"
        + '10;5" Zoll;21.11.2026\n'
        + '11;"offen bis zum Ende;21.11.2026\n'
        + "12;der letzte;21.11.2026\n"
    )
    assert texts(items) == {
        "2": "gut",
        "3": "ok; ja",
        "6": "zwei\nZeilen",
        "8": 'sagte "ja"',
        "10": '5" Zoll',
        "12": "der letzte",
    }
    assert rejects(items) == {
        "export.csv:2": "quotation marks that do not fit",
        "export.csv:5": "4 columns instead of 3",
        "export.csv:6": "2 columns instead of 3",
        "export.csv:9": "quotation marks that do not fit",
        "export.csv:11": "a NUL byte",
        "export.csv:15": "quotation marks that do not fit",
    }


@pytest.mark.parametrize("offen", ['"', ""])
def test_an_open_mark_costs_one_row_however_long_the_file(
    read: Callable[..., list[Item]], offen: str
) -> None:
    rows = "".join(f"{n};Der Zug Nummer {n} kam an {'x' * 1000};21.11.2026\n" for n in range(1100))
    items = read(HEAD + f"offen;{offen}Satz;21.11.2026\n" + rows)
    assert len(mentions(items)) == 1100 + (not offen)


@pytest.mark.parametrize(
    "giant",
    ["x" * 50_000_000, '"' + "x" * 5_000_000 + '"', '"' + "Wort; Wort\n" * 200_000 + '"'],
    ids=["plain", "quoted", "quoted lines"],
)
def test_a_giant_cell_is_one_reject(read: Callable[..., list[Item]], giant: str) -> None:
    items = read(HEAD + "1;vor;21.11.2026\n2;" + giant + ";21.11.2026\n3;nach;21.11.2026\n")
    assert texts(items) == {"1": "vor", "3": "nach"}
    assert rejects(items) == {"export.csv:3": "a row of more than 1 MB"}
    assert all(len(found.raw) <= 4096 for found in items if isinstance(found, Reject))


def test_a_giant_cell_is_never_held_whole(tmp_path: Path, tools: MakeTools) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    with (folder / "a.csv").open("w", encoding="utf-8") as file:
        file.write(HEAD + "1;vor;21.11.2026\n2;")
        for _ in range(50):
            file.write("x" * 1_000_000)
        file.write(";21.11.2026\n")
    fetched(tools())  # what is loaded once does not count
    tracemalloc.start()
    fetched(tools())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16_000_000


def test_a_letter_on_the_border_of_two_pieces_does_not_change_the_encoding(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * ((1 << 20) - 1) + "ü".encode() + b"x")
    assert examine(path)[1] == "utf-8"


def test_json_lines_are_read_with_their_own_numbers(read: Callable[..., list[Item]]) -> None:
    rows = [
        {"id": 1, "text": "Eins", "published_at": 1795267805, "rating": 4.5, "likes": 1234},
        {
            "id": "2",
            "text": "Zwei",
            "published_at": "2026-11-21",
            "owned": True,
            "user": {"n": "k"},
        },
        {"id": "3", "text": "Drei", "published_at": "2026-11-21", "author": {"n": "k"}},
        {"id": "4", "text": "halb \ud83d", "published_at": "2026-11-21", "likes": None},
    ]
    content = "".join(json.dumps(row) + "\n" for row in rows)
    items = read(content, "a.jsonl", columns={"author": "user.n"})
    first, second, third, fourth = mentions(items)
    assert (first.native_id, first.rating, first.likes) == ("1", 4.5, 1234)
    assert first.published_at == datetime(2026, 11, 21, 13, 30, 5, tzinfo=UTC)
    assert (second.owned, second.author, third.author) == (True, "hash-of-1", None)
    assert (fourth.text, fourth.likes) == ("halb", None)


def test_broken_json_lines_swallow_no_neighbour(read: Callable[..., list[Item]]) -> None:
    good = '{"id": "%s", "text": "gut", "published_at": "2026-11-21"}'
    broken = [
        "{",
        "[1]",
        "null",
        "[" * 100_000,
        '{"id": "x\0", "text": "a"}',
        '{"id": "x", "text": "' + "y" * 1_100_000 + '"}',
        '{"id": "x", "text": "a", "published_at": "2026-11-21", "likes": 1' + "0" * 400 + "}",
        '{"id": "x", "text": "a", "published_at": "2026-11-21", "rating": NaN}',
        '{"id": "x", "published_at": "2026-11-21"}',
    ]
    lines = [good % "0"]
    for number, line in enumerate(broken, start=1):
        lines += [line, good % number]
    items = read("\n".join(lines), "a.jsonl", columns={})
    assert set(texts(items)) == {str(number) for number in range(len(broken) + 1)}
    assert len(rejects(items)) == len(broken)


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("", "no believable time: ''"),
        ("01.01.1970", "no believable time: '01.01.1970'"),
        ("0", "no believable time: '0'"),
        ("2099-01-01", "no believable time: '2099-01-01'"),
        ("31.12.1989", "no believable time: '31.12.1989'"),
        ("gestern", "no believable time: 'gestern'"),
    ],
)
def test_a_row_without_a_believable_time_is_rejected_with_its_line(
    read: Callable[..., list[Item]], time: str, reason: str
) -> None:
    items = read(HEAD + f"1;davor;21.11.2026\n2;ohne;{time}\n3;danach;20.06.2015\n")
    assert texts(items) == {"1": "davor", "3": "danach"}
    assert rejects(items) == {"export.csv:3": reason}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("rating", "11", "rating: '11' is not a number that fits"),
        ("rating", "gut", "rating: 'gut' is not a number that fits"),
        ("likes", "-1", "likes: '-1' is not a number that fits"),
        ("reach", "1e999", "reach: '1e999' is not a number that fits"),
        ("kind", "Gedicht", "kind: 'gedicht' is not one of"),
        ("tier", "galaktisch", "tier: 'galaktisch' is not one of"),
        ("owned", "vielleicht", "owned: 'vielleicht' is neither yes nor no"),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_told_and_not_guessed(
    read: Callable[..., list[Item]], field: str, value: str, reason: str
) -> None:
    head = f"Nr;Beitrag;Zeit;{field}\n"
    items = read(head + f"1;a;21.11.2026;{value}\n2;b;21.11.2026;\n")
    assert texts(items) == {"2": "b"}
    assert next(iter(rejects(items).values())).startswith(reason)


@pytest.mark.parametrize(
    ("decimal", "written", "number"),
    [
        (",", "1.234,5", 1234.5),
        (",", "1.234", 1234),
        (",", "4.5", 4.5),
        (",", "12 500", 12500),
        (".", "1,234.5", 1234.5),
        (".", "1.234", 1.234),
        (",", "n/a", None),
        (",", "-", None),
    ],
)
def test_numbers_are_read_as_their_country_writes_them(
    read: Callable[..., list[Item]], decimal: str, written: str, number: float | None
) -> None:
    items = read(f"Nr;Beitrag;Zeit;reach\n1;a;21.11.2026;{written}\n", decimal=decimal)
    assert mentions(items)[0].reach == number


def test_a_tweet_id_is_time_and_identity(read: Callable[..., list[Item]]) -> None:
    columns = {"tweet_id": "Tweet", "text": "Beitrag"}
    items = read("Tweet;Beitrag\n1212092628029698048;Guten Rutsch\n7;alt\n", columns=columns)
    (mention,) = mentions(items)
    assert mention.native_id == "1212092628029698048"
    assert mention.published_at.date().isoformat() == "2019-12-31"
    assert rejects(items) == {"export.csv:3": "no believable time: '7'"}


def test_a_row_without_an_id_is_known_by_its_words_and_not_by_its_counts(
    read: Callable[..., list[Item]],
) -> None:
    columns = {"text": "Beitrag", "published_at": "Zeit", "likes": "Herzen"}
    head = "Beitrag;Zeit;Herzen\n"
    before = read(head + "a;21.11.2026;1\nb;21.11.2026;1\n", columns=columns)
    after = read(head + "b;21.11.2026;9\na;21.11.2026;9\n", columns=columns)
    assert set(texts(before)) == set(texts(after))
    assert len(texts(before)) == 2


def test_pages_close_after_500_rows_and_reading_goes_on_there(
    read: Callable[..., list[Item]],
) -> None:
    content = HEAD + "".join(
        f"{n};Beitrag {n};{'21.11.2026' if n % 100 else 'nie'}\n" for n in range(1, 1201)
    )
    items = read(content)
    cursors = [found for found in items if isinstance(found, Cursor)]
    assert [cursor.fetched for cursor in cursors] == [500, 500, 200]
    assert [cursor.complete for cursor in cursors] == [False, False, True]
    assert [cursor.state["row"] for cursor in cursors] == ["500", "1000", "1200"]
    again = read(content, cursors={"export.csv": cursors[0]})
    assert again == items[items.index(cursors[0]) + 1 :]
    assert read(content, cursors={"export.csv": cursors[-1]})[0] == Cursor(
        stream="export.csv", state=cursors[-1].state, not_modified=True
    )


def test_a_changed_file_or_mapping_is_read_again(read: Callable[..., list[Item]]) -> None:
    content = HEAD + "1;a;21.11.2026\n"
    (known,) = (found for found in read(content) if isinstance(found, Cursor))
    cursors = {"export.csv": known}
    assert mentions(read(content, cursors=cursors)) == []
    assert len(mentions(read(content + "2;b;21.11.2026\n", cursors=cursors))) == 2
    other = {**COLUMNS, "label": "Nr"}
    assert mentions(read(content, cursors=cursors, columns=other))[0].label == "1"


def test_one_file_that_does_not_fit_does_not_silence_the_others(
    read: Callable[..., list[Item]], tmp_path: Path
) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "anders.csv").write_text("x,y\n1,2\n")
    (tmp_path / "inbox" / "leer.csv").write_bytes(b"")
    (tmp_path / "inbox" / "notiz.txt").write_text("nicht gemeint")
    items = read(HEAD + "1;a;21.11.2026\n")
    assert texts(items) == {"1": "a"}
    reasons = rejects(items)
    assert "no column 'Nr'; the file has x, y" in reasons["anders.csv"]
    assert reasons["leer.csv:1"] == "an empty file, or a first line without columns"


def test_a_person_is_called_when_nothing_fits(
    read: Callable[..., list[Item]], tools: MakeTools
) -> None:
    with pytest.raises(Misconfigured, match="no such folder"):
        fetched(tools())
    with pytest.raises(Misconfigured, match="no column 'Nr'; the file has x, y"):
        read("x,y\n1,2\n")
    with pytest.raises(Misconfigured, match="no column is mapped to text or title"):
        read("Nr;Zeit\n1;2\n", columns={})


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, tools: MakeTools) -> None:
    outside = tmp_path / "geheim.csv"
    outside.write_text(HEAD + "1;geheim;21.11.2026\n")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "link.csv").symlink_to(outside)
    (folder / "ordner.csv").mkdir()
    assert fetched(tools()) == []


def test_a_source_without_a_folder_waits_for_imports(tools: MakeTools) -> None:
    assert fetched(tools(), path="") == []


def test_a_file_of_the_command_line_is_read_by_mappings_of_the_command_line(
    tmp_path: Path, tools: MakeTools
) -> None:
    path = tmp_path / "helpdesk.csv"
    path.write_text("Ticket;Anliegen;Am\n7;Danke;21.11.2026\n", encoding="utf-8")
    source = config.Source.model_validate({"name": "helpdesk", "type": "files"})
    chosen = with_columns(Settings(), ["id=Ticket", "text=Anliegen", "published_at = Am"])
    items = list(read_file(path, chosen, config=source, tools=tools()))
    assert texts(items) == {"7": "Danke"}
    (cursor,) = (found for found in items if isinstance(found, Cursor))
    assert cursor.stream == "import/helpdesk.csv"
    with pytest.raises(Misconfigured, match="No such file"):
        list(read_file(tmp_path / "fehlt.csv", chosen, config=source, tools=tools()))


@pytest.mark.parametrize(
    ("pairs", "words"),
    [(["text"], "field=column"), (["farbe=x"], "'farbe' is not one of id, tweet_id")],
)
def test_a_wrong_mapping_is_named(pairs: list[str], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        with_columns(Settings(), pairs)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"columns": {"farbe": "x"}}, "'farbe' is not one of id"),
        ({"timezone": "Mond/Krater"}, "'Mond/Krater' is not a time zone"),
        ({"encoding": "klingon"}, "'klingon' is not an encoding"),
        ({"decimal": ";"}, "decimal: ';' is not allowed; should be ',' or '.'"),
        ({"pattern": "*.csv"}, "pattern: unknown key; allowed are columns, decimal, delimiter"),
    ],
)
def test_wrong_settings_are_named_with_their_key(
    tools: MakeTools, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(Misconfigured) as told:
        fetched(tools(), **options)
    assert words in str(told.value)
