"""What an application does by itself, beside answering events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cordio_core._exceptions import CoreError
from cordio_core._ground import Ground

__all__ = ["Works"]

H = TypeVar("H", bound=Callable[..., object])


class Works(Ground):
    """The room of an application where its root component is declared."""

    def main(self, function: H) -> H:
        """Make a function the root component: it starts with the application, which does not wait for it.

        Parameters
        ----------
        function : callable
            An async function; its options, as ``click.option`` leaves them, become the application's. A
            sync one runs in a thread.

        Returns
        -------
        callable
            The function as it is.

        Raises
        ------
        CoreError
            If there is a root component already.
        """
        self._open_for("a root component")
        if self._main is not None:
            raise CoreError(f"{self.name} has two root components: put one into the other, or use a service")
        self._main = function
        return function
