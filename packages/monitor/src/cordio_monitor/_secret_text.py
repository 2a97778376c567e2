"""Secrets inside any text: found by the name beside them, or by their look."""

from __future__ import annotations

from collections.abc import Callable
from re import compile as pattern

from cordio_monitor._card import mask_cards
from cordio_monitor._secret_forms import mask_forms
from cordio_monitor._secret_looks import has_mark, mask_looks
from cordio_monitor._secret_rules import rules

__all__ = ["HIDDEN", "SHORT", "mask_known", "mask_text"]

HIDDEN = "***"
# What is shorter has no room for a card number, a token or a private key.
SHORT = 13
# A regular expression lets no other thread run until it is through. What is cut in two may not be recognised.
_LONGEST, _CUT = 2**20, 2**12
# As much of a card number as is longer than dates and times, or the word before a token.
_LOOK = pattern(r"[0-9Bb](?:(?<=[0-9])[0-9 \u00a0\-]{11}|[Ee][Aa][Rr][Ee][Rr])").search


def mask_text(text: str) -> str:
    """Return a text without the secrets in it.

    Parameters
    ----------
    text : str
        Any text, of any length; of a mebibyte of characters and more the beginning is shown.

    Returns
    -------
    str
        The text, each secret replaced by ``***``.

    Examples
    --------
    >>> mask_text("login failed: user=ann password=hunter2")
    'login failed: user=ann password=***'
    >>> mask_text("paid with 4111-1111-1111-1111")
    'paid with ***'
    """
    if len(text) > _LONGEST:
        return _beginning(text, mask_text)
    for look in rules.now.patterns:
        text = look.sub(HIDDEN, text)
    return mask_known(text)


def mask_known(text: str) -> str:
    """Return a text without what the built-in rules know; most texts are seen to be harmless by their signs.

    Parameters
    ----------
    text : str
        Any text, of any length.

    Returns
    -------
    str
        The text, each secret replaced by ``***``.
    """
    if len(text) > _LONGEST:
        return _beginning(text, mask_known)
    if len(text) < SHORT:
        if not (
            "=" in text
            or ":" in text
            or "," in text
            or "<" in text
            or "%" in text
            or ("'" in text and " " in text)
            or ("-" in text and (" " in text or not text.isprintable()))
        ):
            return text
    elif not (
        "=" in text
        or ":" in text
        or "," in text
        or "<" in text
        or "%" in text
        or "&" in text
        or "-" in text
        or "_" in text
        or "'" in text
        or "eyJ" in text
        or ("A" in text and has_mark(text))
        or _LOOK(text)
    ):
        return text
    return mask_cards(mask_forms(mask_looks(text, HIDDEN), HIDDEN), HIDDEN)


def _beginning(text: str, mask: Callable[[str], str]) -> str:
    shown = mask(text[:_LONGEST])[:-_CUT]
    return f"{shown}... ({len(text)} characters)"
