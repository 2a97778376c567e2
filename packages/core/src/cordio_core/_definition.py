"""An application as it is written down, before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cordio_core._background import Background
from cordio_core._emitting import Emitting
from cordio_core._exceptions import CoreError
from cordio_core._explaining import Explaining
from cordio_core._handlers import Handlers
from cordio_core._services import Services
from cordio_core._works import Works

if TYPE_CHECKING:
    from cordio_core.protocols import Entrypoint

__all__ = ["Definition"]


class Definition(Handlers, Services, Works, Background, Emitting, Explaining):
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

    def source(self, kind: str, /) -> Entrypoint:
        """Return the source of events of a kind, its handlers attached; it starts with the application.

        Parameters
        ----------
        kind : str
            The kind: ``http``, ``amqp``, ``schedule``, ``internal``.

        Returns
        -------
        Entrypoint
            The source, of which a package may know more than the protocol says.

        Raises
        ------
        CoreError
            If the application has none of that kind.
        StartError
            If the application cannot start.

        Examples
        --------
        >>> from cordio_core import App, every
        >>> app = App("clock")
        >>> @app.on(every("5m"))
        ... async def strike() -> None: ...
        >>> app.source("schedule").kind
        'schedule'
        """
        found = {source.kind: source for source in self._assembled().entrypoints}
        if kind not in found:
            known = f"there are {', '.join(sorted(found))}" if found else "there are none"
            raise CoreError(f"{self.name} has no source of the kind {kind!r}: attach a handler of it; {known}")
        return found[kind]

    def entrypoint(self, kind: str, /) -> Entrypoint:
        """Return the entrypoint of a kind, made now: it can be changed until the application starts.

        From then on the application has it, with or without handlers.

        Parameters
        ----------
        kind : str
            The kind: ``http``, ``amqp``, ``schedule``.

        Returns
        -------
        Entrypoint
            The same one each time.

        Raises
        ------
        EntrypointError
            If not exactly one installed package announces one, or what it announces cannot be used.
        CoreError
            If the application is assembled, and has none.

        Examples
        --------
        >>> from cordio_core import App
        >>> app = App("clock")
        >>> app.entrypoint("schedule") is app.entrypoint("schedule")
        True
        """
        if self._assembly is not None:
            return self.source(kind)
        for source in self._sources:
            if not isinstance(source, str) and source.kind == kind:
                return source
        from cordio_core._discovery import entrypoint

        made = entrypoint(kind)
        self._sources = (*(source for source in self._sources if source != kind), made)
        return made

    def check(self) -> None:
        """Work out everything that is known before the start.

        Raises
        ------
        StartError
            All mistakes at once.
        """
        self._assembled()
