"""Files of migrations: what their names and their texts mean."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages.pg.tests.migrating import FILES, laid

from cordio_pg._scan import scan
from cordio_pg.migrations import DataVersion, DataVersionWrong, FolderWrong, create
from cordio_pg.migrations._folder import read
from cordio_pg.migrations._script import statements

# What a file may consist of, and whether it ends a statement.
PARTS = {
    "select 1": False,
    ";": True,
    "';'": False,
    "E'\\';'": False,
    "$$;$$": False,
    "$a$;$$;$a$": False,
    '";"': False,
    "-- ;\n": False,
    "/* ; /* ; */ ; */": False,
    "x": False,
    " ": False,
    "\n": False,
}


@given(st.lists(st.sampled_from(sorted(PARTS)), max_size=12))
def test_only_a_semicolon_of_its_own_ends_a_statement(parts: list[str]) -> None:
    text = " ".join(parts)
    expected, current = [], False
    for part in parts:
        if PARTS[part]:
            expected += [True] if current else []
            current = False
        else:
            current = current or bool(part.strip() and not part.startswith(("--", "/*")))
    assert len(statements(text)) == len(expected) + current


@given(st.text(alphabet="abc'\"$;-/*\n\\E1. ", max_size=40))
def test_the_pieces_of_any_text_are_the_text(text: str) -> None:
    pieces = list(scan(text))
    assert "".join(piece.text for piece in pieces) == text
    assert all(text.startswith(piece.text, piece.start) for piece in pieces)


def test_statements_know_their_line() -> None:
    found = statements("-- first\n\nselect 1;\n/* x\n*/ select\n2")
    assert [(one.line, one.text) for one in found] == [(3, "select 1"), (5, "select\n2")]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"orders.sql": ""}, "orders.sql: it has no name of a migration: name it as 0001_orders.sql"),
        ({"1_orders.sql": ""}, "1_orders.sql: it has no name"),
        ({"0000_orders.sql": ""}, "0000_orders.sql: it has no name"),
        ({"0001_orders.down.py": ""}, "it has no name"),
        ({"0001_a.sql": "", "0001_b.py": ""}, r"0001_a.sql and .*0001_b.py: they have the same number"),
        ({"0001_a.sql": "", "0003_b.sql": ""}, "0003_b.sql: the number 2 before it is missing"),
        ({"0001_a.sql": "", "0001_b.down.sql": ""}, "0001_b.down.sql: it does not belong to 0001_a.sql"),
        ({"0001_a.down.sql": ""}, "there is nothing that it undoes"),
        ({"0001_a.down.sql": "", "0001_b.down.sql": "", "0001_c.sql": ""}, "they have the same number"),
    ],
)
def test_a_wrong_folder_is_told_with_the_file(tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(FolderWrong, match=told):
        read(laid(tmp_path, files))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("0001_a.sql", "-- nothing\n", "0001_a.sql: it holds no statement"),
        ("0001_a.sql", "select 1;\n\nBegin;", "0001_a.sql:3: `begin` would end the transaction"),
        ("0001_a.py", "x = (", "it cannot be imported \\(SyntaxError"),
        ("0001_a.py", "def up(tx): ...", "there is no `async def up"),
    ],
)
def test_a_wrong_file_is_told_before_it_is_applied(tmp_path: Path, name: str, text: str, told: str) -> None:
    (migration,) = read(laid(tmp_path, {name: text}))
    with pytest.raises(FolderWrong, match=told):
        migration.check()


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_bytes(b"select '\xff'")
    (migration,) = read(tmp_path)
    with pytest.raises(FolderWrong, match="it is not UTF-8"):
        migration.check()


@pytest.mark.parametrize("text", ["-- no transaction\nselect 1", "-- a\n\n--no-transaction: x\nselect 1"])
def test_the_head_says_that_there_is_no_transaction(tmp_path: Path, text: str) -> None:
    (migration,) = read(laid(tmp_path, {"0001_a.sql": text}))
    assert not migration.up.transactional


def test_a_comment_below_the_head_says_nothing(tmp_path: Path) -> None:
    (migration,) = read(laid(tmp_path, {"0001_a.sql": "select 1;\n-- no transaction\n"}))
    assert migration.up.transactional


def test_a_new_one_has_the_next_number_and_passes_over_nothing(tmp_path: Path) -> None:
    folder = laid(tmp_path / "migrations", FILES)
    assert [file.name for file in create(folder, "Pay: by card!")] == [
        "0003_pay_by_card.sql",
        "0003_pay_by_card.down.sql",
    ]
    assert [file.name for file in create(folder, "fill", python=True)] == ["0004_fill.py"]
    assert [migration.number for migration in read(folder)] == [1, 2, 3, 4]
    with pytest.raises(FolderWrong, match="there is no letter or digit"):
        create(folder, "—")


def test_the_data_version_is_a_number(tmp_path: Path) -> None:
    version = DataVersion(tmp_path / "etc" / "data_version")
    assert version.needed(4, has_files=True) == 4
    version.write(3)
    assert (version.number, version.needed(4, has_files=True)) == (3, 3)
    with pytest.raises(DataVersionWrong, match="it needs 3, but the last migration is 2"):
        version.needed(2, has_files=True)
    version.file.write_text("1.2")
    with pytest.raises(DataVersionWrong, match="'1.2' is no number"):
        version.needed(2, has_files=True)
