"""An application as it is written down, before anything starts."""

from __future__ import annotations

from collections.abc import Mapping

from cordio_core._emitting import Emitting
from cordio_core._explaining import Explaining
from cordio_core._handlers import Handlers
from cordio_core._services import Services
from cordio_core._works import Works

__all__ = ["Definition"]


class Definition(Handlers, Services, Works, Emitting, Explaining):
    """Everything that can be declared of an application; see `App`."""

    @property
    def options(self) -> tuple[object, ...]:
        """The options that stand on the root component."""
        return tuple(getattr(self._main, "__click_params__", ()))

    @property
    def sections(self) -> Mapping[str, type]:
        """The settings models of everything in use, by section.

        Returns
        -------
        mapping of str to type
            The application's own, its services', its entrypoints', its monitor's, and its blocks.
        """
        return self._assembled().sections

    def check(self) -> None:
        """Work out everything that is known before the start.

        Raises
        ------
        StartError
            All mistakes at once.
        """
        self._assembled()
