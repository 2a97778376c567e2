"""The marker that asks for a service by another name than the parameter's."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["name"]


class name(NamedTuple):
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

    value: str
