"""The marker that asks for a service by another name than the parameter's."""

from __future__ import annotations

__all__ = ["name"]


class name:
    """Ask for a service by its name, whatever the parameter is called.

    Parameters
    ----------
    value : str
        The name of the service.

    Examples
    --------
    >>> from typing import Annotated
    >>> async def report(source: Annotated[object, name("replica")]) -> None: ...
    """

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"name({self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, name) and self.value == other.value

    def __hash__(self) -> int:
        return hash((name, self.value))
