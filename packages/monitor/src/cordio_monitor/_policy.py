"""The settings of the section `mask`, and how they come into force."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from cordio_monitor._checked import flag, texts
from cordio_monitor._exceptions import SettingError
from cordio_monitor._masking import forget
from cordio_monitor._secret_names import plain
from cordio_monitor._secret_rules import HIDE, Rules, Tree, rules

__all__ = ["Installed", "MaskSettings", "install"]

_EMAIL = r"[A-Za-z0-9._%+\-]{1,64}+@[A-Za-z0-9\-]{1,63}+(?:\.[A-Za-z0-9\-]{1,63}+){1,8}+"


_PROBES = ("", "a", "a b-1.\n")


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """What is masked beyond the built-in rules; it can be extended, and not be weakened but by name.

    Parameters
    ----------
    names : tuple[str, ...]
        Names of secrets, in any case and with any separators: ``iban`` hits ``customer-IBAN``.
    paths : tuple[str, ...]
        Where secrets stand, from the fields of a record on: ``order.customer.address``; ``*`` is any name,
        and lists are passed through.
    patterns : tuple[str, ...]
        Regular expressions of what is a secret by its look.
    emails : bool
        Whether e-mail addresses are masked.
    shown : tuple[str, ...]
        Whole names that are no secrets although they look so, such as ``max_tokens``.

    Raises
    ------
    SettingError
        If a list is none, a name or a path is empty, or a pattern is no regular expression or fits where
        there is no text.

    Examples
    --------
    >>> MaskSettings(names=("iban",)).emails
    False
    """

    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    emails: bool = False
    shown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for option in ("names", "paths", "patterns", "shown"):
            texts("mask", option, getattr(self, option))
        flag("mask", "emails", self.emails)
        for name in (*self.names, *self.shown):
            if not plain(name):
                raise SettingError("names", name, "a name with a letter or a digit in it", "mask")
        for path in self.paths:
            if not all(path.split(".")):
                raise SettingError("paths", path, "names with dots between them, such as order.*.note", "mask")
        for text in self.patterns:
            if not _is_pattern(text):
                raise SettingError("patterns", text, "a regular expression that fits some text", "mask")


class Installed:
    """Settings that are in force until `remove`.

    Parameters
    ----------
    settings : MaskSettings
        The settings.
    """

    def __init__(self, settings: MaskSettings) -> None:
        self.settings = settings

    def remove(self) -> None:
        """Put the settings out of force; again changes nothing."""
        if self in _installed:
            _installed.remove(self)
            _refresh()


_installed: list[Installed] = []


def install(settings: MaskSettings | None) -> Installed:
    """Put settings in force for the whole process, beside those that are.

    Parameters
    ----------
    settings : MaskSettings | None
        The settings; none adds nothing.

    Returns
    -------
    Installed
        What takes them back.

    Examples
    --------
    >>> from cordio_monitor import mask
    >>> installed = install(MaskSettings(names=("iban",), paths=("user.address",), emails=True))
    >>> mask({"IBAN": "DE02", "user": {"address": "x", "mail": "ann@example.org"}})
    {'IBAN': '***', 'user': {'address': '***', 'mail': '***'}}
    >>> installed.remove()
    """
    installed = Installed(settings or MaskSettings())
    _installed.append(installed)
    _refresh()
    return installed


def _refresh() -> None:
    every = [installed.settings for installed in _installed]
    texts = [text for settings in every for text in settings.patterns]
    if any(settings.emails for settings in every):
        texts.append(_EMAIL)
    rules.now = Rules(
        frozenset(plain(name) for settings in every for name in settings.names),
        frozenset(plain(name) for settings in every for name in settings.shown),
        tuple(re.compile(text) for text in dict.fromkeys(texts)),
        _tree([path for settings in every for path in settings.paths]),
    )
    forget()


def _tree(paths: list[str]) -> Tree:
    root: dict[str, object] = {}
    for path in paths:
        *around, last = path.split(".")
        here: dict[str, object] | None = root
        for name in around:
            here = cast("dict[str, object] | None", here.setdefault(name, {})) if here is not None else None
        if here is not None:
            here[last] = HIDE
    return cast("Tree", root)


def _is_pattern(text: str) -> bool:
    """Tell whether a pattern hides something where it fits: what fits between letters would hide nothing."""
    try:
        look = re.compile(text)
    except re.error:
        return False
    return not any(found.start() == found.end() for probe in _PROBES for found in look.finditer(probe))
