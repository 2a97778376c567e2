"""Blocks that packages announce: settings models in the entry-point group ``cordio.settings``."""

from __future__ import annotations

from cordio_config._exceptions import ConfigError
from cordio_config._names import nearest
from cordio_config._problem import Problem

__all__ = ["announced"]

GROUP = "cordio.settings"
BRINGS = {
    "amqp": "cordio-amqp",
    "auth": "cordio-fastapi",
    "errors": "cordio-errors",
    "http": "cordio-fastapi",
    "log": "cordio-monitor",
    "pg": "cordio-pg",
    "sentry": "cordio-monitor",
    "statsd": "cordio-monitor",
    "tls": "cordio-fastapi",
    "zipkin": "cordio-monitor",
}


def announced(section: str) -> type:
    """Load the model that a package announces for a section."""
    from importlib.metadata import entry_points

    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if section not in found:
        raise ConfigError([_unknown(section, sorted(found))])
    try:
        model = found[section].load()
    except (ImportError, AttributeError) as error:
        what = f"the block {section!r} cannot be loaded from {found[section].value}"
        raise ConfigError([Problem("declaration", what, section, advice=f"{error}")]) from error
    if not isinstance(model, type):
        raise TypeError(f"the entry point {section!r} of {GROUP} gives {model!r}, which is no class")
    return model


def _unknown(section: str, known: list[str]) -> Problem:
    like = nearest(section, known)
    hint = f"did you mean {like!r}?" if like else f"announced here: {', '.join(known) or 'none'}"
    package = BRINGS.get(section)
    way = f"pip install {package}" if package else "install the package that brings it"
    hint = way if package else f"{hint}; {way}"
    advice = f"{hint}, or give the model: block({section!r}, Model)"
    return Problem(
        "declaration", f"no installed package announces the block {section!r}", section, advice=advice
    )
