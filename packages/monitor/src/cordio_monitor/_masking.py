"""One policy for everything that leaves the process: secrets become ``***``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, overload

from cordio_monitor import _secret_names
from cordio_monitor._secret_names import is_secret
from cordio_monitor._secret_rules import Tree, rules
from cordio_monitor._secret_text import HIDDEN, mask_text

__all__ = ["HIDDEN", "forget", "mask", "mask_fields"]

_DEPTH = 16
_NODES = 10_000
_LONG_NUMBER = 10**12
_SHORT = 64
_MOST_NAMES = 4096
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
    tree = rules.now.tree
    return _Walk().value(_hidden(value, tree, 0) if tree else value, 0)


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
    walk, tree = _Walk(), rules.now.tree
    if tree:
        fields = {name: _hidden_in(name, value, tree, 0) for name, value in fields.items()}
    if type(fields) is dict and len(fields) < _NODES:
        return walk.fields(fields, 0)
    return {_name(name): walk.named(name, value, 0) for name, value in fields.items()}


def forget() -> None:
    """Forget which names are harmless, since the rules have changed."""
    _secret_names.forget()
    _short_name.cache_clear()
    _open_names.clear()
    _closed_names.clear()


class _Walk:
    """One walk through one value; it gives up, masking, when it was in too many places."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = _NODES

    def named(self, name: object, value: object, depth: int) -> object:
        """Mask a value that stands under a name; whether there is one at all is no secret."""
        if value is None or value is True or value is False:
            return value
        if isinstance(name, bytes):
            name = name.decode("latin-1")
        return HIDDEN if isinstance(name, str) and is_secret(name) else self.value(value, depth)

    def fields(self, fields: dict[str, Any], depth: int) -> dict[str, object]:
        """Mask a plain dict: as `_mapping`, without its calls for what is seen to be harmless."""
        self._left -= len(fields)
        masked: dict[str, object] = {}
        for name, value in fields.items():
            shown = _open_names.get(name) if type(name) is str else None
            kind = type(value)
            if shown is None and name in _closed_names:
                masked[_closed_names[name]] = value if value is None or kind is bool else HIDDEN
            elif shown is None:
                masked[_opened(name)] = self.named(name, value, depth)
            elif kind is str:
                masked[shown] = mask_text(value)
            elif value is None or kind is bool:
                masked[shown] = value
            elif kind is int or kind is float:
                masked[shown] = value if -_LONG_NUMBER < value < _LONG_NUMBER else _number(value)
            elif kind is dict and depth < _DEPTH and len(value) < self._left:
                masked[shown] = self.fields(value, depth + 1)
            else:
                masked[shown] = self.value(value, depth)
        return masked

    def value(self, value: object, depth: int) -> object:
        """Mask a value; what raises is hidden."""
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            return HIDDEN
        if type(value) is str:
            return mask_text(value)
        if value is None or value is True or value is False:
            return value
        try:
            kind = type(value)
            if kind is dict and len(value) < self._left:  # type: ignore[arg-type]  # it is a dict
                return self.fields(value, depth + 1)  # type: ignore[arg-type]
            if kind is list:
                return self._pair(value, depth + 1)  # type: ignore[arg-type]
            return _number(value) if isinstance(value, (int, float)) else self._composed(value, depth + 1)
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
        attributes = _attributes(value)
        return _text(value) if attributes is None else self._mapping(attributes, depth)

    def _mapping(self, items: Iterable[tuple[object, object]], depth: int) -> dict[object, object]:
        masked: dict[object, object] = {}
        for name, value in items:
            if self._left < 0:
                masked[HIDDEN] = HIDDEN
                break
            masked[_key(name)] = self.named(name, value, depth)
        return masked

    def _tuple(self, value: tuple[object, ...], depth: int) -> object:
        names = getattr(value, "_fields", None)
        if names is not None:
            return self._mapping(zip(names, value, strict=True), depth)
        return tuple(self._pair(value, depth))

    def _pair(self, value: list[object] | tuple[object, ...], depth: int) -> list[object]:
        """Mask a sequence; of two items the first may be a name, as in the raw headers of ASGI."""
        if len(value) == 2 and isinstance(value[0], (str, bytes)):
            return [self.value(value[0], depth), self.named(value[0], value[1], depth)]
        return self._items(value, depth)

    def _items(self, value: Iterable[object], depth: int) -> list[object]:
        masked: list[object] = []
        for item in value:
            masked.append(self.value(item, depth))
            if self._left < 0:
                break
        return masked


def _number(value: int | float) -> object:
    plain = int(value) if isinstance(value, int) else float(value)
    if -_LONG_NUMBER < plain < _LONG_NUMBER:
        return plain
    text = str(plain) if isinstance(plain, int) else f"{plain:.0f}"
    return plain if mask_text(text) == text else HIDDEN


def _name(name: str) -> str:
    return _short_name(name) if len(name) <= _SHORT else mask_text(name)


@lru_cache(maxsize=4096)
def _short_name(name: str) -> str:
    return mask_text(name)


def _opened(name: object) -> str:
    """Return a name as it is shown, and remember whether what stands under it is a secret."""
    if type(name) is not str:
        return _key(name)  # type: ignore[return-value]  # as in any mapping
    shown = _name(name)
    known = _closed_names if is_secret(name) else _open_names
    if len(name) <= _SHORT and len(known) < _MOST_NAMES:
        known[name] = shown
    return shown


def _hidden(value: object, tree: Tree, depth: int) -> object:
    """Return a copy of a value in which what stands at the end of a path is hidden."""
    if depth > _DEPTH:
        return HIDDEN
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return [_hidden(item, tree, depth + 1) for item in value]
    items = value.items() if isinstance(value, Mapping) else _attributes(value)
    if items is None:
        return value
    return {name: _hidden_in(name, item, tree, depth) for name, item in items}


def _hidden_in(name: object, value: object, tree: Tree, depth: int) -> object:
    for step in (name, "*"):
        if isinstance(step, str) and step in tree:
            below = tree[step]
            value = HIDDEN if below is None else _hidden(value, below, depth + 1)
    return value


def _key(name: object) -> object:
    if isinstance(name, str):
        return _name(name)
    return _number(name) if isinstance(name, (int, float)) else _text(name)


def _attributes(value: object) -> list[tuple[object, object]] | None:
    """Return the attributes of a data class or a pydantic model; those kept out of its repr are hidden."""
    fields = getattr(type(value), "__dataclass_fields__", None) or getattr(type(value), "model_fields", None)
    if not isinstance(fields, dict):
        return None
    return [(name, getattr(value, name) if about.repr else HIDDEN) for name, about in fields.items()]


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return mask_text(bytes(value).decode("utf-8", "backslashreplace"))
    if isinstance(value, BaseException):
        return mask_text(f"{type(value).__qualname__}: {value}")
    return mask_text(str(value))
