"""What goes with a connection from the entrypoint to the route that serves it, in its ASGI scope."""

from __future__ import annotations

from typing import ClassVar, Self, cast

from starlette.types import Scope

from cordio_core import EntrypointError
from cordio_core.protocols import Incoming

__all__ = ["Passage"]


class Passage:
    """A connection that has come through the entrypoint.

    Attributes
    ----------
    span : Incoming
        The span of its event.
    named : bool
        Whether its event was found.
    """

    KEY: ClassVar[str]

    __slots__ = ("named", "span")

    named: bool
    span: Incoming

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """Find that of a connection.

        Parameters
        ----------
        scope : mapping
            The connection's ASGI scope.

        Returns
        -------
        Passage
            It.

        Raises
        ------
        EntrypointError
            If the connection did not come through the entrypoint.
        """
        found = scope.get(cls.KEY)
        if found is None:
            raise EntrypointError(
                "http", "the FastAPI application was called past its entrypoint", "call entrypoint.asgi"
            )
        return cast(Self, found)

    def found(self, name: str) -> None:
        """Give the span its event's name.

        Parameters
        ----------
        name : str
            The name.
        """
        self.named = True
        self.span.rename(name)
