"""Files of universities: what is read of them, and which are refused."""

import json
from pathlib import Path

import pytest

from app.actions.catalog.files import Record, UnreadableFile, records

HEADER = "name,country,alpha_two_code,domains,web_pages,state-province\n"
FIELDS = {
    "name": "Ünï",
    "country": "Estonia",
    "alpha_two_code": "EE",
    "domains": ["a.ee", "b.ee"],
    "web_pages": ["https://a.ee"],
    "state-province": None,
}


def _read(folder: Path, content: str | bytes, suffix: str = ".csv") -> list[Record]:
    path = folder / f"list{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(records(path, lambda _what, _done, _total: None))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_json_and_csv_of_the_same_give_the_same(tmp_path: Path, encoding: str) -> None:
    line = "Ünï,Estonia,EE,a.ee;b.ee,https://a.ee,\r\n"
    assert (
        _read(tmp_path, (HEADER + line).encode(encoding))
        == _read(tmp_path, json.dumps([FIELDS], ensure_ascii=False).encode(encoding), ".json")
        == [Record(1, FIELDS)]
    )


def test_lists_in_csv_may_be_json_and_columns_in_any_order(tmp_path: Path) -> None:
    text = 'Domains,state_province, country,ALPHA_TWO_CODE,name\n"[""a;b"", 5]",Harju,E,EE,"A\nB"\n'
    assert _read(tmp_path, text) == [
        Record(
            1,
            {
                "domains": ["a;b", 5],
                "state-province": "Harju",
                "country": "E",
                "alpha_two_code": "EE",
                "name": "A\nB",
            },
        )
    ]


def test_bad_records_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    text = f"{HEADER}A,B\n\nB,C,DD,[1,,\nC,C,CC,,,\n"
    assert [(each.number, each.problem) for each in _read(tmp_path, text)] == [
        (1, "it has 2 values for 6 columns"),
        (2, "domains begins with [ but is not a JSON list"),
        (3, ""),
    ]
    assert [
        (each.number, each.problem) for each in _read(tmp_path, '[1, {"name": "A"}]', ".json")
    ] == [(1, "it is not an object"), (2, "")]


@pytest.mark.parametrize(
    ("content", "suffix", "said"),
    [
        ("", ".txt", "list.txt ends neither with .json nor with .csv: rename it."),
        ("é".encode("latin-1"), ".json", "list.json is not UTF-8 text: save it as UTF-8."),
        (
            HEADER.encode() + "é,E,EE,,,\n".encode("latin-1"),
            ".csv",
            "list.csv is not UTF-8 text: save it as UTF-8.",
        ),
        (
            HEADER.encode("utf-16"),
            ".csv",
            "list.csv is UTF-16 or UTF-32 text: save it as UTF-8.",
        ),
        (
            "[1,\n x]",
            ".json",
            "list.json is not JSON (line 2, column 2: Expecting value).",
        ),
        ("[" * 200_000, ".json", "list.json is JSON that holds no list of universities."),
        ("{}", ".json", "list.json must hold a list of objects, and holds something else."),
        (
            "name;country\n",
            ".csv",
            (
                "The first line of list.csv does not name name, country, alpha_two_code: it must"
                " name the columns name, country, alpha_two_code, domains, web_pages,"
                " state-province, separated by commas; the last three may be left out."
            ),
        ),
        (
            "name,country,alpha_two_code,name\n",
            ".csv",
            "The first line of list.csv names name more than once.",
        ),
        (
            f'{HEADER}"A,B\n',
            ".csv",
            "list.csv is not CSV (line 2: unexpected end of data).",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith(".") else "",
)
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, content: str | bytes, suffix: str, said: str
) -> None:
    with pytest.raises(UnreadableFile) as refused:
        _read(tmp_path, content, suffix)
    assert str(refused.value) == said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    with pytest.raises(UnreadableFile, match=r"none\.csv cannot be read: No such file"):
        list(records(path, lambda _what, _done, _total: None))


def test_progress_ends_with_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEADER + "A,B,CC,,,\n" * 5_000)
    told: list[tuple[str, int, int]] = []
    read = list(records(path, lambda *told_now: told.append(told_now)))
    size = path.stat().st_size
    assert len(read) == 5_000
    assert told[-1] == ("Reading", size, size)
    assert told[0][1] < size  # the file was not read at once
