"""The values in force, with their origins where the configuration tells them, and no secret in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cordio_core.protocols import Configuration, Traceable
from cordio_core.state._data import Value
from cordio_core.state._mask import MASK, is_secret, masked, masked_text

__all__ = ["values"]


def values(configuration: Configuration, sections: Mapping[str, type]) -> Iterator[Value]:
    """Walk the values in force.

    Parameters
    ----------
    configuration : Configuration
        The configuration. One that can tell origins masks what was declared secret, and what looks like a
        secret is masked here besides; of any other the sections are read.
    sections : mapping of str to type
        The settings models of everything in use, by section.

    Yields
    ------
    Value
        Each value with its origin.
    """
    if isinstance(configuration, Traceable):
        for found in configuration.values():
            yield Value(found.key, _shown(found.key, found.value), masked_text(str(found.origin)))
        return
    for section, model in sections.items():
        yield from _flat(section, masked(configuration.slice(section, model), section))


def _flat(key: str, value: object) -> Iterator[Value]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _flat(f"{key}.{name}", each)
    else:
        yield Value(key, value)


def _shown(key: str, value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    return MASK if is_secret(key) else masked(value)
