"""Scenarios and presets by their names, as settings and the environment give them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module

from cordio_core._exceptions import CoreError
from cordio_core.scenarios._preset import DEVELOPMENT, PRODUCTION, TEST, Preset

__all__ = ["VARIABLE", "preset", "scenario"]

VARIABLE = "CORDIO_PRESET"
_KNOWN = {one.name: one for one in (DEVELOPMENT, PRODUCTION, TEST)}


def preset(wanted: Preset | str | None = None, known: Mapping[str, Preset] | None = None) -> Preset:
    """Return a preset.

    Parameters
    ----------
    wanted : Preset or str or None
        A preset, or its name; unless given, the name in the environment variable ``CORDIO_PRESET``, and
        without one ``production``.
    known : mapping of str to Preset or None
        The presets there are; those of this package unless given.

    Returns
    -------
    Preset
        The preset.

    Raises
    ------
    CoreError
        If there is none of that name.

    Examples
    --------
    >>> preset("test").name
    'test'
    """
    if isinstance(wanted, Preset):
        return wanted
    there = _KNOWN if known is None else known
    name = wanted if wanted is not None else os.environ.get(VARIABLE) or PRODUCTION.name
    if not isinstance(name, str) or name not in there:
        where = "preset=" if wanted is not None else f"the environment variable {VARIABLE}"
        raise CoreError(f"{where}: there is no preset {name!r}: write {' or '.join(map(repr, there))}")
    return there[name]


def scenario(option: str, path: str) -> object:
    """Make the scenario that a setting names.

    Parameters
    ----------
    option : str
        The setting, for what is told if that fails.
    path : str
        Where the scenario's class or function is: ``"home.monitoring:Quiet"``.

    Returns
    -------
    object
        What it makes.

    Raises
    ------
    CoreError
        If there is nothing of that name, or it makes nothing.

    Examples
    --------
    >>> scenario("app.repeating", "cordio_core.scenarios:Repeating").tasks.limit
    10
    """
    module, _, name = path.partition(":")
    try:
        made: object = getattr(import_module(module), name)()
    except Exception as error:  # it is code of the user's: it may raise anything
        raise CoreError(
            f"{option}: {path!r} makes no scenario: {type(error).__name__}: {error}: "
            "name a class without parameters as 'package.module:Name'"
        ) from error
    return made
