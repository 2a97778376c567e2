"""What a service named ``config`` must offer, so that services get their settings."""

from __future__ import annotations

from typing import Protocol, TypeVar

__all__ = ["Configuration"]

T = TypeVar("T")


class Configuration(Protocol):
    """Values in force, handed out by the slice; the service called ``config`` satisfies this.

    Examples
    --------
    >>> class Defaults:
    ...     def slice(self, section, model):
    ...         return model()
    >>> Defaults().slice("pg", dict)
    {}
    """

    def slice(self, section: str, model: type[T], /) -> T:
        """Return the validated values of one section as its model.

        Parameters
        ----------
        section : str
            The section; it has the name of the service that asks.
        model : type
            What the service annotates its parameter ``settings`` with.

        Returns
        -------
        object
            An instance of the model.
        """
        ...
