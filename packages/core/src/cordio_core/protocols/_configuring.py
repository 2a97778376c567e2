"""What the kernel asks of a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar, runtime_checkable

__all__ = ["Configuration", "Configuring", "Traceable", "Traced"]

T = TypeVar("T")


class Configuration(Protocol):
    """Values in force, handed out by the slice."""

    def slice(self, section: str, model: type[T], /) -> T:
        """Return the validated values of one section as its model."""
        ...

    def __getitem__(self, key: str, /) -> object:
        """Return the value of a top-level option."""
        ...


class Traced(Protocol):
    """A value in force."""

    @property
    def key(self) -> str: ...

    @property
    def value(self) -> object:
        """The value as plain data; a secret one is masked."""
        ...

    @property
    def origin(self) -> object:
        """Where it comes from; its text is for people."""
        ...


@runtime_checkable
class Traceable(Protocol):
    """A configuration that can tell where its values come from."""

    def values(self) -> Iterable[Traced]:
        """Return every value in force."""
        ...


class Configuring(Protocol):
    """The scenario that says how configuration is composed."""

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        """Compose the values for `sections` and for the root component's own `options`."""
        ...
