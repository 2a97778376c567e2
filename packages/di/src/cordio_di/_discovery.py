"""Services that installed distributions announce, imported only when something asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from cordio_di._annotation import origin_of
from cordio_di._place import reason
from cordio_di._service import Service, factory, ready

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "Discovery", "Unloadable"]

GROUP = "cordio.services"


class Unloadable(Exception):
    """An announced service that cannot be imported; its text says which, and why."""


class Discovery:
    """The entry points of the group ``cordio.services``."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled

    @cached_property
    def entries(self) -> dict[str, EntryPoint]:
        """The announced services by name; the first distribution on the path counts."""
        if not self._enabled:
            return {}
        from importlib.metadata import entry_points

        found: dict[str, EntryPoint] = {}
        for entry in entry_points(group=GROUP):
            found.setdefault(entry.name, entry)
        return found

    def load(self, name: str) -> Service | None:
        """Import one announced service; None if nobody announces it."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        try:
            target = entry.load()
        except (Exception, SystemExit) as error:  # the module of a stranger may raise anything
            text = f"the service {name!r}, announced as {entry.value}, cannot be imported ({reason(error)})"
            is_absent = isinstance(error, ImportError)
            cure = "install what its package needs" if is_absent else "mend it, or register one of that name"
            raise Unloadable(f"{text}: {cure}") from error
        return factory(target, name) if callable(target) else ready(name, target)

    def of_package(self, annotation: object) -> Iterator[str]:
        """Yield the services announced by the package that a type comes from."""
        origin = origin_of(annotation) or annotation
        package = _top(str(getattr(origin, "__module__", "")))
        return (name for name, entry in self.entries.items() if _top(entry.value) == package)


def _top(path: str) -> str:
    return path.partition(":")[0].partition(".")[0].strip()
