"""What the files say against what the database says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from cordio_pg.migrations._exceptions import HalfDone, MigrationError, SchemaNewer
from cordio_pg.migrations._file_errors import MigrationChanged, MigrationMissing, OutOfOrder

if TYPE_CHECKING:
    from cordio_pg.migrations._ledger import Applied
    from cordio_pg.migrations._migration import Migration

__all__ = ["Comparison", "Standing"]

State: TypeAlias = Literal["applied", "waiting", "half done", "changed", "missing", "newer", "out of order"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one migration stands.

    Parameters
    ----------
    number : int
        Its number.
    name : str
        Its name.
    state : str
        ``applied`` or ``waiting``; or what is wrong: ``half done``, ``changed``, ``missing`` (its file),
        ``newer`` (than the code), ``out of order``.
    at : datetime or None
        When it was applied.

    Examples
    --------
    >>> print(Standing(2, "pay", "waiting", None))
    0002_pay  waiting
    """

    number: int
    name: str
    state: State
    at: datetime | None

    def __str__(self) -> str:
        when = f"  {self.at:%Y-%m-%d %H:%M:%S %Z}" if self.at else ""
        return f"{self.number:04}_{self.name}  {self.state}{when}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The files against the table.

    Parameters
    ----------
    where : str
        The database.
    folder : Path
        Where the files are.
    known : sequence of Migration
        The files.
    applied : sequence of Applied
        What the table says.
    """

    where: str
    folder: Path
    known: Sequence[Migration]
    applied: Sequence[Applied]

    @property
    def head(self) -> int:
        """The last number that was applied."""
        return self.applied[-1].number if self.applied else 0

    @property
    def last(self) -> int:
        """The last number that there is a file of."""
        return self.known[-1].number if self.known else 0

    @property
    def half_done(self) -> frozenset[int]:
        """The numbers of those that were begun and have not ended."""
        return frozenset(row.number for row in self.applied if not row.is_done)

    def refuse(self) -> None:
        """Raise what is wrong, if something is; what explains the rest comes first.

        Raises
        ------
        MigrationError
            The one that is to be mended first.
        """
        for error in self._wrong():
            raise error

    def waiting(self, to: int | None = None) -> tuple[Migration, ...]:
        """Return the migrations to apply, up to a number."""
        last = self.last if to is None else to
        return tuple(migration for migration in self.known if self.head < migration.number <= last)

    def undoable(self, to: int) -> tuple[Migration, ...]:
        """Return the migrations to undo, the last one first."""
        return tuple(m for m in reversed(self.known) if to < m.number <= self.head)

    def standings(self) -> tuple[Standing, ...]:
        """Tell how each migration stands."""
        files = {migration.number: migration for migration in self.known}
        rows = {row.number: row for row in self.applied}
        return tuple(
            self._standing(number, files.get(number), rows.get(number)) for number in sorted({*files, *rows})
        )

    def _standing(self, number: int, file: Migration | None, row: Applied | None) -> Standing:
        if row is None:
            assert file is not None
            return Standing(number, file.name, "waiting" if number > self.head else "out of order", None)
        return Standing(number, row.name, self._state(file, row), row.at)

    def _state(self, file: Migration | None, row: Applied) -> State:
        if file is None:
            return "newer" if row.number > self.last else "missing"
        if not row.is_done:
            return "half done"
        return "applied" if file.checksum == row.checksum else "changed"

    def _wrong(self) -> list[MigrationError]:
        files = {migration.number: migration for migration in self.known}
        states = self.standings()
        order: tuple[State, ...] = ("newer", "half done", "missing", "changed", "out of order")
        found = [standing for state in order for standing in states if standing.state == state]
        return [self._error(one, files.get(one.number)) for one in found]

    def _error(self, one: Standing, file: Migration | None) -> MigrationError:
        if one.state == "newer":
            return SchemaNewer(self.where, self.head, self.applied[-1].name, self.last)
        if one.state == "half done":
            return HalfDone(self.where, one.number, one.name)
        if file is None:
            return MigrationMissing(self.folder, one.number, one.name)
        return MigrationChanged(file.file) if one.state == "changed" else OutOfOrder(file.file, self.head)
