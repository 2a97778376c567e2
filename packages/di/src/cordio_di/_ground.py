"""What the rooms of a container stand on: its services, where they live, and the handlers it fills."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from weakref import WeakSet

from cordio_di._app_scope import AppScope
from cordio_di._discovery import Discovery
from cordio_di._graph import Handler, Reach, listed, no_handler, reach, refuse, roots
from cordio_di._registry import Registry
from cordio_di._wire import ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cordio_di._injected import Injected

__all__ = ["Ground"]


class Ground:
    """The state that the rooms of a container share; each room is a class on top of this one."""

    def __init__(self, discover: bool, scopes: Sequence[str], close_within: float) -> None:
        self._injected: WeakSet[Injected] = WeakSet()
        self._registry = Registry(Discovery(discover), self._changed, ordered(scopes))
        self._app = AppScope(self._registry)
        self._close_within = close_within

    def _reach(self, handlers: Collection[Handler]) -> Reach:
        found = listed(handlers)
        refuse([text for handler in found for text in no_handler(handler)])
        return reach(self._registry, roots(self._registry, found), self._app.here().faked())

    def _changed(self) -> None:
        for injected in self._injected:
            injected.reset()
        for shadow in self._app.shadows:
            shadow.look_again()
