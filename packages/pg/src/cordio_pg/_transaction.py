"""The words that begin, end and undo a transaction, or a savepoint inside one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

__all__ = ["Isolation", "Words", "words"]

Isolation: TypeAlias = Literal["read committed", "repeatable read", "serializable"]


@dataclass(frozen=True, slots=True)
class Words:
    """The three statements."""

    begin: str
    commit: str
    undo: str


def words(depth: int, isolation: Isolation | None, read_only: bool, deferrable: bool) -> Words:
    """Return the statements for a transaction at this depth; raise ValueError for what cannot be meant."""
    if isolation is not None and isolation not in get_args(Isolation):
        raise ValueError(f"no isolation {isolation!r}: write one of {', '.join(get_args(Isolation))}")
    if deferrable and not (isolation == "serializable" and read_only):
        raise ValueError(
            "only a transaction with isolation='serializable' and read_only=True can be deferrable"
        )
    if depth == 0:
        level = f" isolation level {isolation}" if isolation else ""
        modes = " read only" * read_only + " deferrable" * deferrable
        return Words(f"begin{level}{modes}", "commit", "rollback")
    if isolation is not None or read_only:
        raise ValueError(
            "a transaction inside another is a savepoint: only the outermost has isolation or read_only"
        )
    name = f"cordio_{depth}"
    return Words(f"savepoint {name}", f"release savepoint {name}", f"rollback to savepoint {name}")
