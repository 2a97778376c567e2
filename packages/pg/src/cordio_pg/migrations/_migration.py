"""One migration: a number, a name, a file of SQL or Python."""

from __future__ import annotations

import hashlib
import inspect
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from cordio_pg.migrations._file_errors import FolderWrong, NoWayBack
from cordio_pg.migrations._script import Statement, statements, takes_transactions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cordio_pg._connection import Connection

__all__ = ["Migration", "Step"]

Function: TypeAlias = "Callable[[Connection], Awaitable[object]]"
_HEAD = re.compile(r"(?:\s|--[^\n]*\n|#[^\n]*\n)*?(?:--|#)[ \t]*no[- ]transaction\b", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """One way of a migration, up or down.

    Parameters
    ----------
    file : Path
        Where it is written.
    text : str
        What is written there.
    """

    file: Path
    text: str

    @cached_property
    def transactional(self) -> bool:
        """Whether it happens as a whole: unless a comment at the head says ``no transaction``."""
        return _HEAD.match(self.text) is None

    @cached_property
    def statements(self) -> list[Statement]:
        """The statements of a file of SQL."""
        return statements(self.text)

    def check(self) -> None:
        """Refuse what is no step: an empty file, transactions of its own inside of ours."""
        if not self.statements:
            raise FolderWrong(str(self.file), "it holds no statement", "write one")
        for statement in self.statements if self.transactional else ():
            if takes_transactions(statement):
                raise FolderWrong(
                    f"{self.file}:{statement.line}",
                    f"`{statement.words[0]}` would end the transaction that all of the file is in",
                    "leave it out, or begin the file with `-- no transaction`",
                )


@dataclass(frozen=True)
class Migration:
    """One migration.

    Parameters
    ----------
    number : int
        Its number.
    name : str
        Its name.
    file : Path
        The file: SQL, or Python with ``async def up(tx)``.
    undoing : Path or None
        The file of SQL that undoes it.

    Examples
    --------
    >>> str(Migration(2, "pay", Path("0002_pay.sql")))
    '0002_pay'
    """

    number: int
    name: str
    file: Path
    undoing: Path | None = None

    def __str__(self) -> str:
        return f"{self.number:04}_{self.name}"

    @cached_property
    def up(self) -> Step:
        """The way up."""
        return _step(self.file)

    @cached_property
    def down(self) -> Step:
        """The way down; raises NoWayBack if there is none."""
        if self.is_python:
            if not hasattr(self._module, "down"):
                raise NoWayBack(self.file)
            return self.up
        if self.undoing is None:
            raise NoWayBack(self.file)
        return _step(self.undoing)

    @cached_property
    def checksum(self) -> str:
        """What tells whether the file is still the same; ends of lines and blanks before them do not count."""
        lines = [line.rstrip() for line in self.up.text.splitlines()]
        return hashlib.sha256("\n".join(lines).strip().encode()).hexdigest()

    @property
    def is_python(self) -> bool:
        """Whether it is written in Python."""
        return self.file.suffix == ".py"

    def check(self, way: str = "up") -> None:
        """Refuse one way of it, if it cannot be gone.

        Parameters
        ----------
        way : str
            ``up`` or ``down``.

        Raises
        ------
        FolderWrong
            If what is written there is no such way.
        """
        step = self.up if way == "up" else self.down
        if self.is_python:
            self.function(way)
        else:
            step.check()

    def function(self, way: str) -> Function:
        """Return the function of a way that is written in Python.

        Parameters
        ----------
        way : str
            ``up`` or ``down``.

        Returns
        -------
        callable
            The function.

        Raises
        ------
        FolderWrong
            If there is no such function.
        """
        found = getattr(self._module, way, None)
        if not inspect.iscoroutinefunction(found):
            raise FolderWrong(str(self.file), f"there is no `async def {way}(tx)` in it", "write it")
        function: Function = found
        return function

    @cached_property
    def _module(self) -> Any:
        from importlib.util import module_from_spec, spec_from_loader

        module: Any = module_from_spec(spec_from_loader(f"migration_{self}", None) or _never())
        module.__file__ = str(self.file)
        try:
            exec(compile(self.up.text, str(self.file), "exec"), vars(module))
        except Exception as error:  # it is the user's code: it may raise anything
            what = f"it cannot be imported ({type(error).__name__}: {error})"
            raise FolderWrong(str(self.file), what, "mend it") from error
        return module


def _step(file: Path) -> Step:
    try:
        return Step(file, file.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FolderWrong(str(file), f"it is not UTF-8 (byte {error.start})", "save it as UTF-8") from error


def _never() -> Any:
    raise AssertionError("a module without a loader has a spec")
