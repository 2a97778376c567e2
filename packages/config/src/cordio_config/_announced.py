"""Blocks that packages announce: settings models in the entry-point group ``cordio.settings``."""

from __future__ import annotations

from cordio_config._exceptions import ConfigError
from cordio_config._names import nearest
from cordio_config._problem import Problem

__all__ = ["announced"]

GROUP = "cordio.settings"


def announced(section: str) -> type:
    """Load the model that a package announces for a section."""
    from importlib.metadata import entry_points

    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if section not in found:
        raise ConfigError([_unknown(section, sorted(found))])
    model = found[section].load()
    if not isinstance(model, type):
        raise TypeError(f"the entry point {section!r} of {GROUP} gives {model!r}, which is no class")
    return model


def _unknown(section: str, known: list[str]) -> Problem:
    like = nearest(section, known)
    hint = f"did you mean {like!r}?" if like else f"announced here: {', '.join(known) or 'none'}"
    advice = f"{hint}; install the package that brings it, or give the model: block({section!r}, Model)"
    return Problem(
        "declaration", f"no installed package announces the block {section!r}", section, advice=advice
    )
