"""Short texts that a regular expression matches."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import cast

__all__ = ["phrases"]

MOST = 100
_ALPHABET = [*string.ascii_lowercase, *string.digits, *string.ascii_uppercase, *"-_. /@:", *string.printable]
_CLASSES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": f"{string.ascii_letters}{string.digits}_",
    "CATEGORY_SPACE": string.whitespace,
}


def phrases(pattern: str) -> Iterator[str]:
    """Make texts for a pattern, shortest repetitions first; none for what cannot be made so simply.

    What is made is held against the pattern, so that a look-around gives nothing rather than nonsense.
    """
    try:
        expression = re.compile(pattern)
        # There is no public way to take an expression apart.
        parsed = re._parser.parse(pattern)  # type: ignore[attr-defined]  # it has no public name
    except re.error:
        return
    for extra in (0, 1, 2, 7):
        text = _Phrase(extra).of(cast(Parts, parsed))
        if expression.search(text):
            yield text


Parts = list[tuple[object, object]]


class _Phrase:
    def __init__(self, extra: int) -> None:
        self._extra = extra
        self._groups: dict[str, str] = {}

    def of(self, parts: Parts) -> str:
        """Write one text for a sequence."""
        return "".join(self._one(str(kind), value) for kind, value in parts)

    def _one(self, kind: str, value: object) -> str:
        match kind, value:
            case "LITERAL", int(code):
                return chr(code)
            case "NOT_LITERAL", int(code):
                return "a" if chr(code) != "a" else "b"
            case "ANY", _:
                return "a"
            case "IN", list(members):
                return "".join([one for one in _ALPHABET if _is_in(one, members)][:1])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT", (least, most, inner):
                count = min(
                    int(str(least)) + self._extra, int(str(most)) if str(most).isdigit() else MOST, MOST
                )
                return "".join(self.of(cast(Parts, inner)) for _ in range(max(count, int(str(least)))))
            case "SUBPATTERN", (number, *_, inner):
                return self._groups.setdefault(str(number), self.of(cast(Parts, inner)))
            case "ATOMIC_GROUP", inner:
                return self.of(cast(Parts, inner))
            case "BRANCH", (_, arms):
                return self.of(cast(list[Parts], arms)[0])
            case "GROUPREF", number:
                return self._groups.get(str(number), "")
        return ""


def _is_in(one: str, members: Parts) -> bool:
    denied = bool(members) and str(members[0][0]) == "NEGATE"
    return denied != any(_is_member(one, str(kind), value) for kind, value in members)


def _is_member(one: str, kind: str, value: object) -> bool:
    match kind, value:
        case "LITERAL", int(code):
            return one == chr(code)
        case "RANGE", (int(low), int(high)):
            return low <= ord(one) <= high
        case "CATEGORY", category:
            name = str(category)
            return one in _CLASSES.get(name, "") or (
                "NOT_" in name and one not in _CLASSES.get(name.replace("NOT_", ""), one)
            )
    return False
