"""What stands in the place of services for the time of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from cordio_core._assembly import Assembly
from cordio_core._exceptions import CoreError
from cordio_core.protocols import Container, Described, Overridable

__all__ = ["replaced"]

_EXCHANGE = "amqp"


@contextmanager
def replaced(
    container: Container, assembly: Assembly, fakes: Mapping[str, object], exchange: object
) -> Iterator[None]:
    """Put fakes in the place of services inside a block.

    Parameters
    ----------
    container : Container
        Where services come from.
    assembly : Assembly
        The application.
    fakes : mapping of str to object
        The fakes, by the names of the services.
    exchange : object
        Takes the place of the service ``amqp``, if the application reaches it and no fake does so.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    CoreError
        If a service is to be replaced and the container cannot do so.
    """
    wanted = dict(fakes)
    if _EXCHANGE not in wanted and _is_reached(container, assembly):
        wanted[_EXCHANGE] = exchange
    with ExitStack() as stack:
        for name, fake in wanted.items():
            stack.enter_context(_overridable(container).override(**{name: fake}))
        yield


def _is_reached(container: Container, assembly: Assembly) -> bool:
    if not isinstance(container, Overridable) or not isinstance(container, Described):
        return False
    return any(node.name == _EXCHANGE for node in container.describe(assembly.reached).services)


def _overridable(container: Container) -> Overridable:
    if not isinstance(container, Overridable):
        raise CoreError(f"{type(container).__name__} has no override(**fakes): give App a container that has")
    return container
