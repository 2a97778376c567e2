"""A table of a database as a sink."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from re import compile as pattern
from typing import TYPE_CHECKING, Literal, Protocol

from cordio_monitor._exceptions import SettingError
from cordio_monitor._given import able
from cordio_monitor._json import timestamp
from cordio_monitor.sinks._asynchronous import Own
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks._choice import Choice
    from cordio_monitor.sinks._spill import Spill

__all__ = ["Rows", "Table"]

_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")
_COLUMNS = "time level kind service event message fields trace_id span_id parent_id error traceback".split()


class Rows(Protocol):
    """What a table is written through: ``cordio_pg.Postgres`` and connections of ``sqlite3`` fit.

    Both methods may be asynchronous. A writer that is a context manager of asyncio is entered on the sink's
    thread, so it is given unentered and is nobody else's.
    """

    def execute(self, query: str, /) -> object:
        """Run a statement."""
        ...

    def executemany(self, query: str, rows: Iterable[Sequence[object]], /) -> object:
        """Run a statement for each row of parameters, all or none."""
        ...


class Table(Sink):
    """Inserts records into a table, which is made if it is missing.

    A record can come twice, where the connection broke before the database could confirm.

    Parameters
    ----------
    writer : Rows
        The connection.
    name : str
        The table, by choice with its schema.
    style : Literal["$", "?"]
        How parameters are written: ``$1`` or ``?``.
    again : tuple[type[Exception], ...]
        What the connection raises when the database cannot be reached, beside ``OSError``.
    choice : Choice | None
        What it takes.
    spill : Spill | None
        The file in which records wait while it cannot be reached; by default they wait in memory.

    Raises
    ------
    SettingError
        If the name is not a name.

    Examples
    --------
    >>> import sqlite3
    >>> from cordio_monitor import LogSettings
    >>> from cordio_monitor.sinks import Record
    >>> connection = sqlite3.connect(":memory:", check_same_thread=False)
    >>> table = Table(connection, style="?")
    >>> table.open(LogSettings())
    >>> table.write([Record("log", "info", 0, "orders", "", "placing", {"sku": "A-1"})])
    >>> connection.execute("select message, fields from log").fetchall()
    [('placing', '{"sku": "A-1"}')]
    >>> connection.close()
    """

    batch = 500
    linger = 0.2

    def __init__(
        self,
        writer: Rows,
        name: str = "log",
        *,
        style: Literal["$", "?"] = "$",
        again: tuple[type[Exception], ...] = (),
        choice: Choice | None = None,
        spill: Spill | None = None,
    ) -> None:
        if _NAME.fullmatch(name) is None:
            raise SettingError("table", name, "letters, digits and _, by choice after a schema and a dot")
        able(
            "table",
            "writer",
            writer,
            ("execute", "executemany"),
            "a connection with `execute` and `executemany`",
        )
        self._own = Own(writer, again)
        self._name = name
        self._numbered = style == "$"
        self._made = False
        self.choice = choice
        self.spill = spill

    def open(self, settings: LogSettings) -> None:
        """Connect, and make the table if it is missing.

        Parameters
        ----------
        settings : LogSettings
            Not used.
        """
        self._own.open()
        self._make()

    def write(self, records: Sequence[Record]) -> None:
        """Insert the records.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        """
        places = ", ".join(self._place(number, column) for number, column in enumerate(_COLUMNS, 1))
        statement = f"insert into {self._name} ({', '.join(_COLUMNS)}) values ({places})"
        writer = self._own.service
        if not self._made:
            self._make()
        # A database that was away may be another one when it is back.
        self._made = False
        self._own.call(writer.executemany(statement, [self._row(record) for record in records]))
        self._made = True
        commit = getattr(writer, "commit", None)
        if callable(commit):
            self._own.call(commit())

    def close(self) -> None:
        """Leave the connection."""
        self._own.close()

    def forked(self) -> None:
        """Leave the parent's connection alone."""
        self._own.forget()

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would be inserted.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            The rows.
        """
        return "\n".join(str(self._row(record)) for record in records)

    def _place(self, number: int, column: str) -> str:
        if not self._numbered:
            return "?"
        # As text: a writer that turns data into JSON by itself would take the text for a JSON string.
        return f"${number}::text::jsonb" if column == "fields" else f"${number}"

    def _make(self) -> None:
        types = {"time": "timestamptz", "fields": "jsonb"} if self._numbered else {}
        columns = ", ".join(f"{column} {types.get(column, 'text')}" for column in _COLUMNS)
        self._own.call(self._own.service.execute(f"create table if not exists {self._name} ({columns})"))
        self._made = True

    def _row(self, record: Record) -> tuple[object, ...]:
        moment = datetime.fromtimestamp(record.time // 10**9, timezone.utc)
        exact = moment.replace(microsecond=record.time % 10**9 // 1000)
        # PostgreSQL has no way to keep the character NUL.
        texts = (record.level, record.kind, record.service, record.event, record.message)
        rest = (record.trace_id, record.span_id, record.parent_id, record.error, record.traceback)
        fields = json.dumps(_kept(dict(record.fields)), default=str)
        return (
            exact if self._numbered else timestamp(record.time),
            *map(_kept, texts),
            fields,
            *map(_kept, rest),
        )


def _kept(value: object) -> object:
    """Return a value without what a database cannot keep: NUL, lone surrogates, numbers that are none."""
    if isinstance(value, str):
        return value.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict):
        return {str(_kept(str(name))): _kept(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_kept(item) for item in value]
    return value if value is None or isinstance(value, (int, bool)) else _kept(str(value))
