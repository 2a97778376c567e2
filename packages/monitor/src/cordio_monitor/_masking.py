"""One policy for everything that leaves the process: secrets become ``***``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, overload

from cordio_monitor import _secret_names
from cordio_monitor._secret_labels import unlabelled
from cordio_monitor._secret_leaves import LEAST, LONG, plain_key, plain_number, plain_text
from cordio_monitor._secret_memory import memory
from cordio_monitor._secret_names import is_secret
from cordio_monitor._secret_paths import attributes, hide_paths, hide_under
from cordio_monitor._secret_rules import rules
from cordio_monitor._secret_text import HIDDEN, mask_text

__all__ = ["HIDDEN", "Walk", "forget", "mask", "mask_fields"]

_DEPTH = 16
_NODES = 10_000
_SHORT = 64
_MOST_NAMES = 4096
# How an argument begins that is an option, as it is or as Python shows it.
_OPTION = frozenset("-'\"")
# Names that stand for no secret, as they are shown.
_open_names: dict[str, str] = {}
# And those that stand for one.
_closed_names: dict[str, str] = {}


@overload
def mask(value: str) -> str: ...


@overload
def mask(value: object) -> object: ...


def mask(value: object) -> object:
    """Return a copy of a value without the secrets in it.

    Secrets are known by the name they stand under (``password``, ``api_key``, ``Authorization``, …; case and
    separators do not matter, whole words do), by their type (what has a ``get_secret_value``), and by their
    look in any text: ``key=value`` pairs, bearer tokens, JSON web tokens, URLs with a password, card numbers.
    What cannot be walked becomes text; what is too deep, too large or raises becomes ``***``.

    Parameters
    ----------
    value : object
        Any value.

    Returns
    -------
    object
        Text stays text, mappings become dicts, sequences lists or tuples, numbers stay; data classes and
        pydantic models become dicts, other objects text.

    Examples
    --------
    >>> mask({"user": "ann", "password": "hunter2", "tokenizer": "bpe"})
    {'user': 'ann', 'password': '***', 'tokenizer': 'bpe'}
    >>> mask("connecting to postgresql://ann:hunter2@db/orders")
    'connecting to postgresql://ann:***@db/orders'
    """
    if type(value) is str:
        return mask_text(value)
    tree = rules.now.tree
    return Walk().value(hide_paths(value, tree, 0) if tree else value, 0)


def mask_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """Mask the fields of a record.

    Parameters
    ----------
    fields : Mapping[str, object]
        The fields by name.

    Returns
    -------
    dict[str, object]
        A masked copy.

    Examples
    --------
    >>> mask_fields({"sku": "A-1", "card": "4111 1111 1111 1111"})
    {'sku': 'A-1', 'card': '***'}
    """
    walk, tree = Walk(), rules.now.tree
    if tree:
        fields = {name: hide_under(name, value, tree, 0) for name, value in fields.items()}
    if type(fields) is dict and len(fields) < _NODES:
        return walk.fields(fields, 0)
    return {str(plain_key(name)): walk.named(name, value, 0) for name, value in fields.items()}


def forget() -> None:
    """Forget which names are harmless, since the rules have changed."""
    global _open_names, _closed_names
    _secret_names.forget()
    # What is being decided by the old rules is remembered where nobody looks any more.
    _open_names, _closed_names = {}, {}
    memory.forget()


class Walk:
    """One walk through one value; it gives up, masking, when it was in too many places."""

    __slots__ = ("_left", "_seen", "_text")

    def __init__(self) -> None:
        self._left = _NODES
        self._seen = memory.now
        self._text = self._seen.text

    def named(self, name: object, value: object, depth: int) -> object:
        """Mask a value that stands under a name; whether there is one at all is no secret."""
        if value is None or value is True or value is False:
            return value
        if isinstance(name, bytes):
            name = name.decode("latin-1")
        elif isinstance(name, tuple):
            name = "-".join(part for part in name if isinstance(part, str))
        return HIDDEN if isinstance(name, str) and is_secret(name) else self.value(value, depth)

    def fields(self, fields: dict[str, Any], depth: int) -> dict[str, object]:
        """Mask a plain dict: as `_mapping`, without its calls for what is seen to be harmless."""
        self._left -= len(fields)
        known, short, harmless = _open_names, self._seen.short, self._seen.harmless
        masked: dict[str, object] = {}
        for name, value in fields.items():
            kind = type(value)
            if name not in known:
                if name in _closed_names:
                    masked[_closed_names[name]] = value if kind is bool or value is None else HIDDEN
                else:
                    masked[_opened(name)] = self.named(name, value, depth)
                continue
            if kind is str:
                is_harmless = value in harmless or (len(value) < short and value.isalnum())
                masked[known[name]] = value if is_harmless else self._seen.masked(value)
            elif kind is int or kind is float:
                masked[known[name]] = value if LEAST < value < LONG else plain_number(value)
            elif kind is bool or value is None:
                masked[known[name]] = value
            elif kind is dict and depth < _DEPTH and len(value) < self._left:
                masked[known[name]] = self.fields(value, depth + 1)
            elif kind is list and depth < _DEPTH and len(value) < self._left:
                masked[known[name]] = self._pair(value, depth + 1)
            else:
                masked[known[name]] = self.value(value, depth)
        return unlabelled(masked) if "value" in masked or "Value" in masked else masked

    def value(self, value: object, depth: int) -> object:
        """Mask a value; what raises is hidden."""
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            return HIDDEN
        kind = type(value)
        if kind is str:
            return self._text(value)  # type: ignore[arg-type]  # it is a text
        if value is None or kind is bool:
            return value
        try:
            if kind is dict and len(value) < self._left:  # type: ignore[arg-type]  # it is a dict
                return self.fields(value, depth + 1)  # type: ignore[arg-type]
            if kind is list:
                return self._pair(value, depth + 1)  # type: ignore[arg-type]
            return plain_number(value) if isinstance(value, (int, float)) else self._composed(value, depth + 1)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: B036  # whatever it is, the value raised it
            return HIDDEN

    def _composed(self, value: object, depth: int) -> object:
        if hasattr(value, "get_secret_value"):
            return HIDDEN
        if isinstance(value, Mapping):
            return self._mapping(value.items(), depth)
        if isinstance(value, tuple):
            return self._tuple(value, depth)
        if isinstance(value, (list, set, frozenset, deque)):
            return self._pair(value, depth) if isinstance(value, list) else self._items(value, depth)
        named = attributes(value)
        return plain_text(value) if named is None else self._mapping(named, depth)

    def _mapping(self, items: Iterable[tuple[object, object]], depth: int) -> dict[object, object]:
        masked: dict[object, object] = {}
        for name, value in items:
            self._left -= 1
            if self._left < 0:
                masked[HIDDEN] = HIDDEN
                break
            masked[plain_key(name)] = self.named(name, value, depth)
        return unlabelled(masked)

    def _tuple(self, value: tuple[object, ...], depth: int) -> object:
        names = getattr(value, "_fields", None)
        if names is not None:
            return self._mapping(zip(names, value, strict=True), depth)
        return tuple(self._pair(value, depth))

    def _pair(self, value: list[object] | tuple[object, ...], depth: int) -> list[object]:
        """Mask a sequence; of two items the first may be a name, as in the raw headers of ASGI."""
        if len(value) == 2 and isinstance(value[0], (str, bytes)):
            name, item = value
            if type(name) is str and type(item) is str:
                self._left -= 2
                return [self._text(name), HIDDEN if is_secret(name) else self._text(item)]
            return [self.value(value[0], depth), self.named(value[0], value[1], depth)]
        return self._items(value, depth)

    def _items(self, value: Iterable[Any], depth: int) -> list[object]:
        masked: list[object] = []
        hides = False
        for item in value:
            kind = type(item)
            if kind is bytes:
                item, kind = item.decode("utf-8", "backslashreplace"), str
            if kind is str:
                self._left -= 1
                is_option = item[:1] in _OPTION and item.lstrip("'\"")[:1] == "-"
                masked.append(HIDDEN if hides and not is_option else self._text(item))
                hides = is_option and "=" not in item and " " not in item and is_secret(item)
            elif kind is dict and not hides and depth < _DEPTH and len(item) < self._left:
                masked.append(self.fields(item, depth + 1))
            else:
                masked.append(HIDDEN if hides else self.value(item, depth))
                hides = False
            if self._left < 0:
                masked.append(HIDDEN)
                break
        return masked


def _opened(name: object) -> str:
    """Return a name as it is shown, and remember whether what stands under it is a secret."""
    if type(name) is not str:
        return plain_key(name)  # type: ignore[return-value]  # as in any mapping
    closed, opened = _closed_names, _open_names
    shown = mask_text(name)
    known = closed if is_secret(name) else opened
    if len(name) <= _SHORT and len(known) < _MOST_NAMES:
        known[name] = shown
    return shown
