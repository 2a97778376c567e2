"""A folder of migrations: what is in it, and whether that makes sense."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cordio_pg.migrations._file_errors import FolderWrong
from cordio_pg.migrations._migration import Migration

__all__ = ["create", "read"]

_FILE = re.compile(r"(?P<number>\d{4,9})_(?P<name>[A-Za-z0-9_-]+)(?P<down>\.down)?\.(?:sql|py)")
_NAMED = "name it as 0001_orders.sql, 0001_orders.down.sql or 0001_orders.py"
_TEMPLATES = {
    ".sql": "-- {title}: one transaction, unless the first line says: no transaction\n",
    ".down.sql": "-- Undoes {title}; without this file there is no way back\n",
    ".py": (
        '"""{title}: what SQL cannot."""\n\nfrom cordio_pg import Connection\n\n\n'
        "async def up(tx: Connection) -> None:\n    raise NotImplementedError\n\n\n"
        "async def down(tx: Connection) -> None:\n    raise NotImplementedError\n"
    ),
}


def read(folder: Path) -> tuple[Migration, ...]:
    """Return the migrations of a folder; none if there is no folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    tuple of Migration
        In the order of their numbers.

    Raises
    ------
    FolderWrong
        If a file has no name of a migration, a number is there twice, or one is left out.

    Examples
    --------
    >>> read(Path("/not/there"))
    ()
    """
    ups: dict[int, Migration] = {}
    downs: dict[int, Path] = {}
    for file in sorted(folder.iterdir() if folder.is_dir() else ()):
        if file.suffix not in (".sql", ".py") or file.name == "__init__.py":
            continue
        number, name, is_down = _parts(file)
        if is_down:
            downs[number] = _only(file, downs.get(number))
            continue
        _only(file, ups[number].file if number in ups else None)
        ups[number] = Migration(number, name, file)
    return tuple(_whole(folder, ups, downs))


def create(folder: Path, name: str, *, python: bool = False) -> tuple[Path, ...]:
    """Make the files of a new migration, with the next number.

    Parameters
    ----------
    folder : Path
        The folder, made if it is missing.
    name : str
        What it does, in words.
    python : bool
        Whether it is written in Python.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    FolderWrong
        If the name has no letter or digit of ASCII, or the folder is wrong already.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as made:
    ...     [file.name for file in create(Path(made), "Add orders")]
    ['0001_add_orders.sql', '0001_add_orders.down.sql']
    """
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if not plain:
        raise FolderWrong(repr(name), "there is no letter or digit in it", "name it in ASCII")
    known = read(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{known[-1].number + 1 if known else 1:04}_{plain}"
    files = tuple(folder / f"{stem}{suffix}" for suffix in ([".py"] if python else [".sql", ".down.sql"]))
    for file in files:
        template = _TEMPLATES["".join(file.suffixes)]
        with file.open("x", encoding="utf-8") as made:
            made.write(template.format(title=name.strip()))
    return files


def _parts(file: Path) -> tuple[int, str, bool]:
    found = _FILE.fullmatch(file.name)
    if found is None or (found["down"] and file.suffix == ".py") or int(found["number"]) == 0:
        raise FolderWrong(str(file), "it has no name of a migration", _NAMED)
    return int(found["number"]), found["name"], bool(found["down"])


def _only(file: Path, other: Path | None) -> Path:
    if other is not None:
        raise FolderWrong(
            f"{other} and {file}",
            "they have the same number",
            "give the one that is not applied yet the next one",
        )
    return file


def _whole(folder: Path, ups: dict[int, Migration], downs: dict[int, Path]) -> Iterable[Migration]:
    expected = min(ups, default=1)
    for number, migration in sorted(ups.items()):
        if number != expected:
            raise FolderWrong(
                str(migration.file),
                f"the number {expected} before it is missing",
                f"bring {expected:04}_….sql",
            )
        expected += 1
        undoing = downs.pop(number, None)
        if undoing is not None and undoing.name != f"{migration}.down.sql":
            raise FolderWrong(str(undoing), f"it does not belong to {migration.file.name}", "name both alike")
        yield Migration(number, migration.name, migration.file, undoing)
    for file in downs.values():
        raise FolderWrong(str(file), "there is nothing that it undoes", "bring the file without .down")
