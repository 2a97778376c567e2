"""What an entrypoint may know of the application before it takes its plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cordio_core.protocols import Container, Converter

__all__ = ["Equipment"]


@dataclass(frozen=True, slots=True)
class Equipment:
    """What the handlers of an application are worked out with, for an entrypoint that asks for it.

    Parameters
    ----------
    name : str
        The application.
    converters : sequence of Converter
        Who makes values of plain data, in the order in which they are asked: those of the application, then
        those that are there anyway.
    container : Container
        Where services come from: ``inject`` fills them into the functions in `UsingEntrypoint.uses`.

    Examples
    --------
    >>> from cordio_core._plain import PlainContainer
    >>> Equipment("orders", (), PlainContainer()).name
    'orders'
    """

    name: str
    converters: Sequence[Converter]
    container: Container
