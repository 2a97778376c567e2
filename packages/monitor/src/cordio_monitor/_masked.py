"""What comes again and again, masked once: short texts, and places in the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cordio_monitor._json_fields import written
from cordio_monitor._masking import mask, mask_fields
from cordio_monitor._place import lookup
from cordio_monitor._secret_rules import Rules, rules

if TYPE_CHECKING:
    from types import CodeType

__all__ = ["masked", "masked_place"]

# The file, the line and the function; the same as JSON.
Place: TypeAlias = "tuple[dict[str, object], str]"
_SHORT, _MOST = 128, 4096
# Each with the rules by which it was masked.
_texts: tuple[Rules, dict[str, str]] = (rules.now, {})
# By the id of the code, which is kept so that no other gets that: its hash takes longer than all the rest.
_places: tuple[Rules, dict[tuple[int, int], tuple[CodeType, Place]]] = (rules.now, {})


def masked(text: str) -> str:
    """Mask a text that comes again and again, such as a name or a message; short ones are remembered.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        The text without the secrets in it.

    Examples
    --------
    >>> masked("login with password=hunter2")
    'login with password=***'
    """
    global _texts
    memory = _texts
    if memory[0] is not rules.now:
        memory = _texts = (rules.now, {})
    shown = memory[1].get(text)
    if shown is None:
        shown = mask(text)
        if len(text) <= _SHORT:
            if len(memory[1]) >= _MOST:
                memory[1].clear()
            memory[1][text] = shown
    return shown


def masked_place(code: CodeType, instruction: int) -> Place:
    """Say where an instruction stands, masked.

    Parameters
    ----------
    code : CodeType
        The code of the function.
    instruction : int
        The offset of the instruction in it.

    Returns
    -------
    tuple[dict[str, object], str]
        The file, the line and the function, which are shared and must not be changed; the same as JSON.

    Examples
    --------
    >>> masked_place(masked.__code__, 0)[0]["function"]
    'masked'
    """
    global _places
    memory = _places
    if memory[0] is not rules.now:
        memory = _places = (rules.now, {})
    known = memory[1].get((id(code), instruction))
    if known is None:
        place = mask_fields(lookup(code, instruction))
        known = code, (place, written(place))
        if len(memory[1]) >= _MOST:
            memory[1].clear()
        memory[1][id(code), instruction] = known
    return known[1]
