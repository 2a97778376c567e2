"""Other objects in the place of a container's services, for tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from cordio_di._app_scope import HERE, put_back
from cordio_di._exceptions import WiringError
from cordio_di._ground import Ground
from cordio_di._place import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, NoReturn

    from cordio_di._shadow import Shadow

__all__ = ["Overrides"]


class Override:
    """A block in which services are replaced; ``Container.override`` makes it."""

    __slots__ = ("_block",)

    def __init__(self, block: AbstractContextManager[None]) -> None:
        self._block = block

    def __enter__(self) -> None:
        self._block.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None:
        return self._block.__exit__(kind, error, trace)

    def __call__(self, target: object, /) -> NoReturn:
        """Refuse to be a decorator: it would be over before the coroutine of an async function begins."""
        cure = "write `with container.override(…):` inside it"
        raise WiringError([f"an override is no decorator, as of {place(target)}: {cure}"])


class Overrides(Ground):
    """The room of a container where tests put their fakes."""

    def override(self, where: Literal["everywhere", "context"] = "everywhere", /, **fakes: object) -> Override:
        """Put other objects in the place of services for a while, as tests do; it nests.

        It acts at once on all that is asked for inside, in scopes that are open already too. What was made
        with the real ones is set aside and comes back at the end; what reaches a fake is made a second time,
        belongs to the override and is stopped with it, in a task of its own. (In a scope that is opened inside
        the override and is still open at its end, what the scope made in its own task is closed by the scope.)
        In the ``context`` alone, only this context and the tasks that begin in it see the fakes, so that tests
        may run side by side; they lie over those for all.

        Parameters
        ----------
        where : str
            ``everywhere``, or in the running ``context`` alone.
        **fakes : object
            The objects, by the names of the services.

        Returns
        -------
        context manager
            The services are replaced inside its block. It is no decorator.

        Raises
        ------
        WiringError
            If there is no service of such a name.

        Examples
        --------
        >>> from cordio_di import Container
        >>> import asyncio
        >>> container = Container()
        >>> container.value("limit", 10)
        >>> @container.inject
        ... async def read(limit: int) -> int:
        ...     return limit
        >>> with container.override(limit=1):
        ...     asyncio.run(read())
        1
        """
        return Override(self._overriding(where, fakes))

    @contextmanager
    def _overriding(self, where: str, fakes: Mapping[str, object]) -> Iterator[None]:
        from cordio_di._shadow import Shadow

        for name in fakes:
            self._refuse_unknown(name)
        if where not in ("everywhere", "context"):
            raise WiringError([f"nothing is overridden in {where!r}: write 'everywhere' or 'context'"])
        shadow = Shadow(self._app, fakes, where == "context")
        token = HERE.set(shadow) if shadow.is_local else None
        self._app.shadows.append(shadow)
        self._overridden(fakes, since=shadow)
        try:
            yield
        finally:
            if token is not None:
                put_back(HERE, token)  # elsewhere, nobody sees it any more: it is over
            shadow.leave()
            self._overridden(fakes, since=shadow)
            self._app.shadows.remove(shadow)
            self._changed()

    def _refuse_unknown(self, name: str) -> None:
        if self._registry.named(name) is None:
            near = self._registry.near(name)
            raise WiringError([f"no service is called {name!r}{near}: override one that is"])

    def _overridden(self, names: Collection[str], since: Shadow) -> None:
        """Let the overrides that lie over one see the objects that it has brought, or taken away."""
        self._changed()
        over = [*self._app.shadows[self._app.shadows.index(since) + 1 :]]
        for shadow in self._app.shadows:
            if shadow is not since and not since.is_local and (shadow.is_local or shadow in over):
                shadow.renew(names)
