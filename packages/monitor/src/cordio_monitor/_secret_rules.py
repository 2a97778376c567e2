"""What the user adds to the rules by which secrets are known; one set for the process."""

from __future__ import annotations

from collections.abc import Mapping
from re import Pattern
from typing import NamedTuple, TypeAlias

__all__ = ["HIDE", "Rules", "Tree", "rules"]

# A path of names as nested mappings; the name that ends it leads to `HIDE`.
Tree: TypeAlias = "Mapping[str, Tree | None]"
HIDE: None = None


class Rules(NamedTuple):
    """Rules beyond the built-in ones.

    Parameters
    ----------
    names : frozenset[str]
        Names of secrets, in small letters, without separators.
    shown : frozenset[str]
        Names that are no secrets, whatever the rules say; written in the same way.
    patterns : tuple[Pattern[str], ...]
        What is a secret by its look.
    tree : Tree
        Where secrets stand.

    Examples
    --------
    >>> Rules(names=frozenset({"iban"})).patterns
    ()
    """

    names: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    patterns: tuple[Pattern[str], ...] = ()
    tree: Tree = {}


class _Holder:
    """Where the rules in force are; replaced as a whole."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = Rules()


rules = _Holder()
