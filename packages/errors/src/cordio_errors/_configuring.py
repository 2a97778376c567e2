"""Reads settings of the section ``errors``, and collects every mistake in them."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from cordio_errors import to
from cordio_errors._breaker import Breaker
from cordio_errors._budget import Budget
from cordio_errors._catalogue import Entry
from cordio_errors._destination import Destination
from cordio_errors._exceptions import ErrorsError
from cordio_errors._layer import Layer
from cordio_errors._limit import Limit
from cordio_errors._near import near
from cordio_errors._overrides import Change, Overrides
from cordio_errors._reading import Reading
from cordio_errors._reply import Reply
from cordio_errors._retry import Retry
from cordio_errors._rule import Rule
from cordio_errors._settings import ErrorsSettings, SettingsError

__all__ = ["overrides_of"]

_FLOW = ("ignore", "goto", "stop", "halt")
_KEYS = ("enabled", "answer", "commit", "level", *_FLOW, "retry", "breaker", "limit")
_RETRY = ("attempts", "wait", "within", "nested", "budget")
_BREAKER = ("failures", "within", "open_for", "name")
_SECTIONS = ("rules", "catalogue", "handlers")


def overrides_of(
    settings: ErrorsSettings | Mapping[str, object],
    rules: Iterable[Rule],
    entries: Mapping[str, Entry],
    handlers: Iterable[Layer],
) -> Overrides:
    """Read settings.

    Parameters
    ----------
    settings : ErrorsSettings or mapping
        As a model, or as plain data of the same shape.
    rules : iterable of Rule
        The rules that code declares.
    entries : mapping of str to Entry
        The catalogue that code declares.
    handlers : iterable of Layer
        The handlers that code declares.

    Returns
    -------
    Overrides
        What they change.

    Raises
    ------
    SettingsError
        If a name is wrong, or a value cannot be used, with all the mistakes.
    """
    if not isinstance(settings, ErrorsSettings):
        settings = _settings(settings)
    reading = Reading(entries)
    taken = reading.entries(settings.catalogue)
    problems = [f"errors.catalogue.{problem}" for problem in reading.problems]
    names = _Names(tuple(rules), {**entries, **taken})
    changes = names.changes("errors.rules", settings.rules, problems)
    own: dict[str, Overrides] = {}
    for name, section in _handlers(settings.handlers, problems):
        found = names.changes(f"errors.handlers.{name}", section, problems)
        for path in _paths(name, handlers, problems):
            own[path] = Overrides(found, {}, {})
    if problems:
        raise SettingsError(tuple(problems))
    return Overrides(changes, taken, own)


def _handlers(written: object, problems: list[str]) -> Iterable[tuple[str, object]]:
    if isinstance(written, Mapping):
        return written.items()
    problems.append(
        f"errors.handlers: {written!r} is no mapping: write the names of handlers, and rules below them"
    )
    return ()


def _paths(name: str, handlers: Iterable[Layer], problems: list[str]) -> list[str]:
    """The handlers that a name means: with its module one, without it all of that name."""
    handlers = tuple(handlers)
    found = [layer.path for layer in handlers if name in (layer.name, layer.path)]
    if not found:
        known = [layer.name for layer in handlers]
        problems.append(f"errors.handlers.{name}: there is no such handler: {near(name, known)}")
    return found


def _settings(written: Mapping[str, object]) -> ErrorsSettings:
    if not isinstance(written, Mapping):
        raise SettingsError(
            (f"errors: {written!r} is no mapping: write rules, catalogue or handlers below it",)
        )
    unknown = [key for key in written if key not in _SECTIONS]
    if unknown:
        raise SettingsError(
            tuple(f"errors.{key}: there is no such key: {near(key, _SECTIONS)}" for key in unknown)
        )
    return ErrorsSettings(**cast("Mapping[str, Mapping[str, Mapping[str, Mapping[str, object]]]]", written))


class _Names:
    """What the names in settings stand for."""

    def __init__(self, rules: tuple[Rule, ...], entries: Mapping[str, Entry]) -> None:
        self._entries = entries
        self._codes = {rule.reply.code for rule in rules if rule.reply is not None}
        self._types: dict[str, type[Exception]] = {}
        for kind in (kind for rule in rules for kind in rule.types):
            self._types[kind.__qualname__] = self._types[_path(kind)] = kind

    def changes(self, path: str, section: object, problems: list[str]) -> list[Change]:
        if not isinstance(section, Mapping):
            problems.append(f"{path}: {section!r} is no mapping")
            return []
        found = (self._change(f"{path}.{name}", name, written, problems) for name, written in section.items())
        return [change for change in found if change is not None]

    def _change(self, path: str, name: str, written: object, problems: list[str]) -> Change | None:
        before = len(problems)
        kind = None if name in self._codes else self._type(name)
        if kind is None and name not in self._codes:
            known = [*self._types, *self._codes]
            problems.append(
                f"{path}: there is no such exception and no rule with such a code: {near(name, known)}"
            )
        if not isinstance(written, Mapping):
            problems.append(f"{path}: {written!r} is no mapping")
            return None
        parts = dict(self._parts(path, written, problems))
        if len(problems) > before:
            return None
        enabled, level = written.get("enabled", True), written.get("level", "")
        return Change(kind, name if kind is None else "", bool(enabled), str(level), parts)

    def _type(self, name: str) -> type[Exception] | None:
        found = self._types.get(name) or _imported(name)
        return found if isinstance(found, type) and issubclass(found, Exception) else None

    def _parts(
        self, path: str, written: Mapping[str, object], problems: list[str]
    ) -> Iterable[tuple[str, object]]:
        readers: dict[str, tuple[str, Callable[[object], object]]] = {
            "answer": ("reply", self._reply),
            "commit": ("commit", _commit),
            "ignore": ("ignore", _switch),
            "goto": ("goto", _layer),
            "stop": ("stop", _switch),
            "halt": ("halt", _switch),
            "retry": ("retry", lambda value: _scheme(value, Retry, _RETRY)),
            "breaker": ("breaker", lambda value: _scheme(value, Breaker, _BREAKER)),
            "limit": ("limit", lambda value: None if value is False else Limit(cast(str, value))),
            "enabled": ("", _switch),
            "level": ("", lambda value: to.log(cast(str, value))),
        }
        for key, value in written.items():
            if key not in readers:
                problems.append(f"{path}.{key}: there is no such key: {near(key, _KEYS)}")
                continue
            field, read = readers[key]
            try:
                found = read(value)
            except (ErrorsError, ValueError, TypeError) as error:
                problems.append(f"{path}.{key}: {error}")
                continue
            if field:
                yield field, found

    def _reply(self, code: object) -> Reply | None:
        if code is False or code is None:
            return None
        if code not in self._entries:
            raise ValueError(f"the code {code!r} is in no catalogue: {near(code, self._entries)}")
        return Reply(str(code))


def _commit(written: object) -> tuple[Destination, ...]:
    if not isinstance(written, list | tuple):
        raise ValueError(f"{written!r} is no list: write ['log:warning', 'metric:sold_out', 'trace']")
    return tuple(_destination(str(one)) for one in written)


def _destination(written: str) -> Destination:
    kind, _, name = written.partition(":")
    named = {"log": to.log, "metric": to.metric, "table": to.table, "queue": to.queue}
    plain = {"trace": to.trace, "exceptions": to.exceptions}
    if kind in plain and not name:
        return plain[kind]()
    if kind in named:
        return named[kind](name)
    raise ValueError(f"there is no destination {written!r}: {near(kind, [*named, *plain])}")


def _layer(written: object) -> str | None:
    if written is False or written is None:
        return None
    if not isinstance(written, str) or not written:
        raise ValueError(f"{written!r} is no name of a layer")
    return written


def _switch(written: object) -> bool:
    if not isinstance(written, bool):
        raise ValueError(f"{written!r} is neither true nor false")
    return written


def _scheme(written: object, make: Callable[..., object], known: tuple[str, ...]) -> object:
    if written is False or written is None:
        return None
    if not isinstance(written, Mapping):
        raise ValueError(f"{written!r} is no mapping: write {', '.join(known)}, or false for none")
    for key in written:
        if key not in known:
            raise ValueError(f"there is no such key {key!r}: {near(key, known)}")
    values = dict(written)
    if isinstance(values.get("budget"), Mapping):
        values["budget"] = Budget(**values["budget"])
    return make(**values)


def _path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _imported(name: str) -> object:
    module, dot, attribute = name.rpartition(".")
    if not dot:
        return getattr(builtins, name, None)
    try:
        return getattr(importlib.import_module(module), attribute, None)
    except (ImportError, ValueError):
        return None
