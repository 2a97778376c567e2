"""What a client would rather have: a page, or data."""

from __future__ import annotations

__all__ = ["wants_a_page"]

_PAGE, _DATA = "text/html", "application/json"


def wants_a_page(accept: str) -> bool:
    """Tell whether a client would rather have HTML than JSON (RFC 9110, section 12.5.1).

    Parameters
    ----------
    accept : str
        The header ``Accept``.

    Returns
    -------
    bool
        Whether it would; who takes both alike is a program.

    Examples
    --------
    >>> wants_a_page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    True
    >>> wants_a_page("*/*"), wants_a_page("application/json, text/html;q=0.5"), wants_a_page("")
    (False, False, False)
    """
    ranges = dict(map(_range, accept.lower().split(",")))
    return _quality(_PAGE, ranges) > _quality(_DATA, ranges)


def _range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in text.split(";"))
    weights = [each[2:] for each in parameters if each.startswith("q=")]
    try:
        return name, float(weights[0]) if weights else 1.0
    except ValueError:
        return name, 0.0


def _quality(kind: str, ranges: dict[str, float]) -> float:
    several = f"{kind.partition('/')[0]}/*"
    return next((ranges[name] for name in (kind, several, "*/*") if name in ranges), 0.0)
