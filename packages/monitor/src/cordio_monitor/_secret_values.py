"""Where the value ends that stands behind the name of a secret."""

from __future__ import annotations

from re import DOTALL, IGNORECASE
from re import compile as pattern

__all__ = ["SPACE", "end_of_value"]

SPACE = r"(?:\s|\\++[nrt\n])*+"
# As Python marks texts: raw, of bytes, formatted.
_MARK = r"[bfrtu]{0,2}"
# A quote closes if it is escaped as the opening one was and something ends there; else the line is hidden.
_VALUE = pattern(
    _MARK + r"""(?:(?:"(?:[^"\\\n]++|\\++.)*+"|'(?:[^'\\\n]++|\\++.)*+'|(\\++["']).*?(?<!\\)\1)"""
    r"""(?=[\s,;:)}\]>&"'\\]|$)|\\*+["'][^\n]*+)""",
    IGNORECASE,
)
# Only what a secret name is followed by: a bracket, or the three quotes of a text of many lines.
_BLOCK = pattern(_MARK + r"""(\"{3}|'{3})""", IGNORECASE)
_OPENED = pattern(r"(?:[\w.]{1,64}+)?([\[({])")
_STEP = pattern(
    r"""(?<!\\)(?:"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+'|(\\{1,7}+["']).*?(?<!\\)\1)|[\[({\])}]""", DOTALL
)
_CLOSING = {"[": "]", "(": ")", "{": "}"}
# The lines of a text, or the items of a list, in YAML; in a repr the ends of the lines are escaped.
_LINES = pattern(
    r"[|>][+\-]?[ \t]*+\n(?:[ \t]++[^\n]*+(?:\n(?=[ \t]))?)++"
    r"|[|>][+\-]?[ \t]*+\\++n(?:[ \t]++(?:(?!\\++n)[^\n])*+(?:\\++n(?=[ \t]))?)++"
    r"|(?:-[ \t]++[^\n]*+(?:\n[ \t]*+(?=-[ \t]))?)++"
)
_BARE = pattern(
    r"(?:(?:bearer|basic|digest|token|negotiate)[ \t]++)?+(?:[^\s&,;]++|[,;]++(?!\s|$))++", IGNORECASE
)
_LINE = pattern(r"[^\r\n]++")
_WHOLE_LINE = ("authorization", "cookie", "cookies", "passphrase")
# A type, or further names, between the name and what is assigned to it.
_ASSIGNED = pattern(
    r"""(?:["']?(?:[\w.]++(?:\[[^\[\]\n]*+(?:\[[^\[\]\n]*+\][^\[\]\n]*+)*+\])?(?:[ \t]*+\|[ \t]*+)?)++["']?"""
    r"[ \t]++=(?!=)[ \t]*+)++"
)
# What follows a text in quotes: `"a" "b"`, `"a" + 'b'`.
_NEXT = pattern(rf"""{SPACE}(?:\+{SPACE})?(?={_MARK}\\*+["'])""", IGNORECASE)
# An expression with a text in it: `x or "a"`, `"%s" % "a"`.
_EXPRESSION = pattern(r"""[ \t]++(?:and|else|if|in|is|not|or|[+%|])[ \t][^\n"']{0,512}+["'][^\n]*+""")
# What is filled in is told behind it: `"password=%s", "a"`.
_FILLED = pattern(r"(?:%(?:\(\w{1,64}+\))?[#0\- +]?[0-9.]{0,8}[srdix](?!\w)|\{[\w.!:\[\]]{0,64}+\})[^\n]*+")


def end_of_value(text: str, name: str, start: int, *, quoted: bool = False) -> int:
    """Return where a value ends.

    Parameters
    ----------
    text : str
        The text around it.
    name : str
        The name that it stands behind.
    start : int
        Where it begins.
    quoted : bool
        Whether the name stands in quotes, and so in data and not in a text with places to fill in.

    Returns
    -------
    int
        The place behind it; `start` if there is none.

    Examples
    --------
    >>> end_of_value("password='a' 'b', user='ann'", "password", 9)
    16
    """
    assigned = _ASSIGNED.match(text, start)
    if assigned is not None:
        start = assigned.end()
    if not quoted and (filled := _FILLED.match(text, start)) is not None:
        return filled.end()
    stop = _end_of_one(text, name, start)
    while stop > start and text[stop - 1] in "\"'":
        following = _NEXT.match(text, stop)
        if following is None:
            break
        stop = _end_of_one(text, name, following.end())
    expression = _EXPRESSION.match(text, stop)
    return expression.end() if expression is not None else stop


def _end_of_one(text: str, name: str, start: int) -> int:
    if (block := _BLOCK.match(text, start)) is not None:
        stop = text.find(block[1], block.end())
        return stop + len(block[1]) if stop >= 0 else len(text)
    if (lines := _LINES.match(text, start)) is not None:
        return lines.end()
    opened = _OPENED.match(text, start)
    bracket = _end_of_bracket(text, opened.start(1)) if opened is not None else start
    value = _VALUE.match(text, start)
    if value is None:
        bare = _LINE if name.lower().endswith(_WHOLE_LINE) else _BARE
        value = bare.match(text, start)
    return max(bracket, value.end() if value is not None else start)


def _end_of_bracket(text: str, start: int) -> int:
    """Return where the bracket that opens at `start` closes; the end of the text where none fits."""
    awaited: list[str] = []
    for step in _STEP.finditer(text, start):
        sign = step[0]
        if sign in _CLOSING:
            awaited.append(_CLOSING[sign])
        elif len(sign) == 1:
            if sign != awaited.pop():
                break
            if not awaited:
                return step.end()
    return len(text)
