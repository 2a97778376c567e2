"""HTML in which whatever is shown is escaped, unless it was made here."""

from __future__ import annotations

from html import escape

__all__ = ["Markup", "element", "shown"]

_VOID = frozenset({"br", "input", "link", "meta"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, *inner: object, **attributes: object) -> Markup:
    """Make an element.

    Parameters
    ----------
    tag : str
        Its name.
    *inner : object
        What is in it: `Markup` as it is, anything else as escaped text.
    **attributes : object
        Its attributes; ``_`` in a name stands for ``-``, one at its end for nothing. True is an attribute
        without a value, None and False are none.

    Returns
    -------
    Markup
        The element.

    Examples
    --------
    >>> element("p", "<b>", element("br"), class_="a&b", hidden=True)
    '<p class="a&amp;b" hidden>&lt;b&gt;<br></p>'
    """
    head = tag + "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{head}>")
    return Markup(f"<{head}>{''.join(shown(each) for each in inner)}</{tag}>")


def shown(value: object) -> Markup:
    """Return a value as it is shown.

    Parameters
    ----------
    value : object
        The value.

    Returns
    -------
    Markup
        Escaped text; empty for None.

    Examples
    --------
    >>> shown("a < b"), shown(None), shown(0.5)
    ('a &lt; b', '', '0.5')
    """
    if isinstance(value, Markup):
        return value
    if value is None:
        return Markup("")
    return Markup(escape(str(value).encode("utf-8", "replace").decode()))


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{shown(value)}"'
