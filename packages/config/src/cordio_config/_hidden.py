"""Tells of values that hide others: a ``.env`` file over the environment, anything over a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cordio_config._layer import Layer
from cordio_config._merge import holds, value_at
from cordio_config._names import Key, dotted
from cordio_config._origin import Origin

if TYPE_CHECKING:
    from cordio_config._composition import Composition

__all__ = ["candidates", "hidden", "tell_hidden"]


def candidates(path: Key, layers: tuple[Layer, ...]) -> list[tuple[object, Origin]]:
    """Give what each source has for a path, the one in force first."""
    holding = [layer for layer in reversed(layers) if holds(layer.values, path)]
    return [(value_at(layer.values, path), layer.origin(path)) for layer in holding]


def hidden(composition: Composition) -> Iterator[tuple[Key, Origin, Origin]]:
    """Walk the values that another one hides: key, the winner's origin, the loser's."""
    for path, _ in composition.declaration.group.leaves():
        (_, winner), *others = candidates(path, composition.layers) or [(None, Origin("default"))]
        for value, loser in others:
            if not isinstance(value, dict):
                yield path, winner, loser


def tell_hidden(composition: Composition) -> None:
    """Log them at debug level, if anybody listens there."""
    logging = sys.modules.get("logging")
    if logging is not None and (logger := logging.getLogger("cordio_config")).isEnabledFor(logging.DEBUG):
        for path, winner, loser in hidden(composition):
            logger.debug("%s: %s hides %s", dotted(path), winner, loser)
