"""The decorators for the methods that the handlers of an object share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cordio_errors._ground import Ground
from cordio_errors._life import mark

__all__ = ["Lives"]

F = TypeVar("F", bound=Callable[..., object])


class Lives(Ground):
    """The room where shared methods are marked."""

    def init(self, method: F, /) -> F:
        """Mark the method of an object that is called before each of its handlers, in the handler's layer.

        Parameters
        ----------
        method : callable
            The method, which takes nothing but its object; async only if the handlers are.

        Returns
        -------
        callable
            The method.

        Raises
        ------
        LayerError
            If it is no method.

        Examples
        --------
        >>> from cordio_errors import Errors
        >>> errors = Errors()
        >>> class Orders:
        ...     @errors.init
        ...     def open(self) -> None:
        ...         self.line = ["opened"]
        ...     @errors.final
        ...     def close(self) -> None:
        ...         self.line.append("closed")
        ...     @errors.handler
        ...     def place(self) -> list[str]:
        ...         return self.line
        >>> Orders().place()
        ['opened', 'closed']
        """
        return mark("init", method)

    def final(self, method: F, /) -> F:
        """Mark the method of an object that is called after each of its handlers, in the handler's layer.

        It is called whatever happens, also if an `init` method has failed.

        Parameters
        ----------
        method : callable
            The method, which takes nothing but its object; async only if the handlers are.

        Returns
        -------
        callable
            The method.

        Raises
        ------
        LayerError
            If it is no method.

        Examples
        --------
        >>> from cordio_errors import Errors
        >>> Errors().final(len)
        Traceback (most recent call last):
        cordio_errors._exceptions.LayerError: @errors.final cannot be put on len: it is no method: ...
        """
        return mark("final", method)
