"""How rows become models, dataclasses or scalars: worked out once for a kind and a statement's columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from cordio_pg._fields import Fields, fields_of
from cordio_pg._row_errors import NotFound, RowMismatch, TooMany

if TYPE_CHECKING:
    from asyncpg import Record

__all__ = ["Shape", "column", "shape"]

T = TypeVar("T")

# Kinds and shapes of answers are as many as a program writes down; the bound is for those that make them up.
_KINDS, _PLANS = 512, 64
# What a validator of the user's says may quote the value.
_QUOTING = ("value_error", "assertion_error")


class Shape(Generic[T]):
    """What rows become: a model or a dataclass by its fields, a scalar from the only column.

    Parameters
    ----------
    kind : type
        What each becomes.
    fields : Fields or None
        Its fields; None for a scalar.

    Examples
    --------
    >>> shape(int)
    Shape(int)
    """

    def __init__(self, kind: type[T], fields: Fields | None) -> None:
        self.name = getattr(kind, "__qualname__", None) or str(kind)
        self._fields = fields
        self._validate: Callable[[object], T] = TypeAdapter(kind).validator.validate_python
        self._plans: dict[tuple[str, ...], Callable[[Sequence[Record]], list[T]]] = {}
        self._known: set[str] = set()

    def __repr__(self) -> str:
        return f"Shape({self.name})"

    def knows(self, query: str) -> bool:
        """Tell whether the columns of a statement were seen to fit though it gave no row."""
        return query in self._known

    def learn(self, query: str, columns: tuple[str, ...]) -> None:
        """See whether the columns of a statement fit; one that is no query has none."""
        if columns and (faults := self._faults(columns)):
            raise RowMismatch(self.name, columns, faults)
        if len(self._known) >= _KINDS:
            self._known.clear()
        self._known.add(query)

    def all(self, records: Sequence[Record]) -> list[T]:
        """Return what all the rows became."""
        if not records:
            return []
        columns = tuple(records[0].keys())
        plan = self._plans.get(columns) or self._planned(columns)
        try:
            return plan(records)
        except ValidationError as error:
            raise self._unfit(columns, plan, records, error) from None

    def maybe(self, records: Sequence[Record]) -> T | None:
        """Return what the only row became; None if there is none."""
        if len(records) > 1:
            raise TooMany(self.name, len(records))
        return self.all(records)[0] if records else None

    def one(self, records: Sequence[Record]) -> T:
        """Return what the only row became."""
        if not records:
            raise NotFound(self.name)
        if len(records) > 1:
            raise TooMany(self.name, len(records))
        return self.all(records)[0]

    def _planned(self, columns: tuple[str, ...]) -> Callable[[Sequence[Record]], list[T]]:
        if faults := self._faults(columns):
            raise RowMismatch(self.name, columns, faults)
        if len(self._plans) >= _PLANS:
            self._plans.clear()
        plan = self._plans[columns] = (_scalars if self._fields is None else _rows)(self._validate)
        return plan

    def _faults(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        if self._fields is None:
            return (
                () if len(columns) == 1 else (f"{self.name} takes one column, and there are {len(columns)}",)
            )
        twice = (name for name, count in Counter(columns).items() if count > 1)
        return (*(f"there are several columns {name}" for name in twice), *self._fields.faults(columns))

    def _unfit(
        self,
        columns: tuple[str, ...],
        plan: Callable[[Sequence[Record]], list[T]],
        records: Sequence[Record],
        error: ValidationError,
    ) -> RowMismatch:
        number = next((at for at, record in enumerate(records, 1) if not _fits(plan, record)), 0)
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return RowMismatch(self.name, columns, tuple(f"row {number}: {_told(one)}" for one in found))


def shape(kind: type[T]) -> Shape[T]:
    """Return what rows become: each is `kind`."""
    key: Any = kind
    return _shape(key)


def column(kind: type[T]) -> Shape[T]:
    """Return what rows become: the only column of each is `kind`, be it a model."""
    key: Any = kind
    return _column(key)


@lru_cache(_KINDS)
def _shape(kind: Any) -> Shape[Any]:
    return Shape(kind, fields_of(kind))


@lru_cache(_KINDS)
def _column(kind: Any) -> Shape[Any]:
    return Shape(kind, None)


def _rows(validate: Callable[[object], T]) -> Callable[[Sequence[Record]], list[T]]:
    return lambda records: [validate(dict(record.items())) for record in records]


def _scalars(validate: Callable[[object], T]) -> Callable[[Sequence[Record]], list[T]]:
    return lambda records: [validate(record[0]) for record in records]


def _fits(plan: Callable[[Sequence[Record]], list[T]], record: Record) -> bool:
    try:
        plan([record])
    except ValidationError:
        return False
    return True


def _told(error: Any) -> str:
    """Tell what pydantic found, but no value."""
    where = ".".join(map(str, error["loc"]))
    what = error["type"] if error["type"] in _QUOTING else error["msg"]
    return f"{where}: {what}" if where else what
