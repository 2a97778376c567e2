"""What an application does by itself, beside answering events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar, cast, overload

from cordio_core._duration import time_limit
from cordio_core._exceptions import CoreError
from cordio_core._ground import Ground
from cordio_core._handed import refuse_name, refuse_type
from cordio_core._policy import OnError, Policy, Stop, policy
from cordio_core._signature import place
from cordio_core._task_work import Work

__all__ = ["Works"]

H = TypeVar("H", bound=Callable[..., object])


class Works(Ground):
    """The room of an application where its root component and its tasks are declared."""

    @overload
    def main(self, function: H, /) -> H: ...

    @overload
    def main(self, function: None = None, /, *, ends: bool = False) -> Callable[[H], H]: ...

    def main(self, function: H | None = None, /, *, ends: bool = False) -> H | Callable[[H], H]:
        """Make a function the root component: it starts with the application, which does not wait for it.

        Its exception goes through the error layers, and stops the application. If it returns, the application
        goes on, unless ``ends`` says otherwise.

        Parameters
        ----------
        function : callable or None
            An async function; its options, as ``click.option`` leaves them, become the application's. A
            sync one runs in a thread.
        ends : bool
            Whether the application stops in order, with the exit code 0, when it returns.

        Returns
        -------
        callable
            The function as it is, or a decorator.

        Raises
        ------
        CoreError
            If there is a root component already.

        Examples
        --------
        >>> from cordio_core import App
        >>> app = App("report")
        >>> @app.main(ends=True)
        ... async def main() -> None:
        ...     print("written")
        >>> app.run()
        written
        0
        """

        refuse_type("ends", ends, bool, "write ends=True", is_needed=True)

        def attach(found: H) -> H:
            self._open_for("a root component")
            if self._main is not None:
                raise CoreError(
                    f"{self.name} has two root components, {place(self._main)} and {place(found)}: "
                    "put one into the other, or make it a task (@app.task)"
                )
            self._main = found
            self._works.insert(0, _work("main", found, Stop(), None, ends))
            return found

        return attach if function is None else attach(function)

    @overload
    def task(self, function: H, /) -> H: ...

    @overload
    def task(
        self,
        function: None = None,
        /,
        *,
        name: str | None = None,
        on_error: OnError | None = None,
        limit: str | float | None = None,
    ) -> Callable[[H], H]: ...

    def task(
        self,
        function: H | None = None,
        /,
        *,
        name: str | None = None,
        on_error: OnError | None = None,
        limit: str | float | None = None,
    ) -> H | Callable[[H], H]:
        """Run a function with the application: it starts after the root component, before any source.

        Its exception goes through the error layers; then ``on_error`` says what is done. When it returns, it
        is over. When the application stops, it is cancelled once the sources have stopped.

        Parameters
        ----------
        function : callable or None
            An async function, its parameters filled with services; a sync one runs in a thread.
        name : str or None
            How it is called where it is told of; its own name unless given.
        on_error : Policy or str or None
            What happens when it fails: ``restart`` after a pause, ``degrade`` (so too, and until it is well
            the application is not ready), ``drop``, ``stop`` the application; `Restart`, `Degrade`, `Stop`
            say how. The scenario of repeating says it unless given: ``restart``.
        limit : str or float or None
            How long one run may take, as a duration; beyond that it is cancelled, and has failed.

        Returns
        -------
        callable
            The function as it is, or a decorator.

        Raises
        ------
        CoreError
            If there is a task of that name already.
        ValueError
            If an option means nothing.

        Examples
        --------
        >>> from cordio_core import App, Restart
        >>> app = App("orders")
        >>> @app.task(on_error=Restart(first="1s", limit=5))
        ... async def watch(config: object) -> None: ...
        >>> app.check()
        """
        refuse_name("name", name, "write name='watch'")
        chosen, most = None if on_error is None else policy(on_error), time_limit(limit, "a task")

        def attach(found: H) -> H:
            self._open_for("a task")
            label = name or str(getattr(found, "__name__", "task"))
            for other in self._works:
                if other.name == label:
                    raise CoreError(
                        f"{self.name} has two tasks {label!r}, {place(other.function)} and {place(found)}: "
                        "give one of them another name (name=...)"
                    )
            work = _work(label, found, chosen or self._repeating.tasks, most)
            self._works.append(replace(work, is_default=chosen is None))
            return found

        return attach if function is None else attach(function)


def _work(
    name: str, function: Callable[..., object], chosen: Policy, limit: float | None, ends: bool = False
) -> Work:
    from cordio_core._step import refuse_generator

    if not callable(function):
        raise CoreError(f"{function!r} cannot be run: give a function")
    refuse_generator(function)
    return Work(name, cast(Callable[..., Awaitable[object]], function), chosen, limit, ends)
