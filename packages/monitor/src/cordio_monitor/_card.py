"""Numbers of payment cards, told from other numbers by their first digit, length and checksum."""

from __future__ import annotations

from re import Match
from re import compile as pattern

__all__ = ["mask_cards"]

# The shortest card number, begun anywhere in it.
_NUMBER = pattern(r"[0-9][0-9 \u00a0\-]{11}").search
_RUN = pattern(r"(?<![0-9])(?<![0-9]\.)[0-9]++(?:[ \u00a0\-]{1,2}+[0-9]++)*+")
_GROUP = pattern(r"[0-9]++")
_SHORTEST, _LONGEST = 13, 19
# ISO/IEC 7812: what is issued in each length; a date written as 14 digits, for one, is no card.
_ISSUED = pattern(r"4[0-9]{12}|3[0-9]{13,14}|(?:2[2-7]|[3-6][0-9])[0-9]{14}|(?:22|[3-6][0-9])[0-9]{15,17}")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def mask_cards(text: str, hidden: str) -> str:
    """Replace each card number in a text.

    Parameters
    ----------
    text : str
        Any text.
    hidden : str
        What stands in its place.

    Returns
    -------
    str
        The text without card numbers.

    Examples
    --------
    >>> mask_cards("4111 1111 1111 1111 12/27, order 4111111111111112", "***")
    '*** 12/27, order 4111111111111112'
    """
    return _RUN.sub(lambda run: _mask_run(run, hidden), text) if _NUMBER(text) else text


def _mask_run(run: Match[str], hidden: str) -> str:
    text = run[0]
    if len(text) < _SHORTEST:
        return text
    groups = [(group.start(), group.end()) for group in _GROUP.finditer(text)]
    parts: list[str] = []
    done = index = 0
    while index < len(groups):
        last = _last_group(text, groups, index)
        if last is not None:
            parts += (text[done : groups[index][0]], hidden)
            done, index = groups[last][1], last
        index += 1
    return "".join((*parts, text[done:]))


def _last_group(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Return the group with which a card number ends that begins with the group `first`."""
    digits = ""
    for index in range(first, len(groups)):
        digits += text[slice(*groups[index])]
        if len(digits) > _LONGEST:
            return None
        if _ISSUED.fullmatch(digits) and _checks(digits):
            return index
    return None


def _checks(digits: str) -> bool:
    """Check the last digit by the formula of Luhn (ISO/IEC 7812-1, annex B)."""
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])
    return (odd + even) % 10 == 0
