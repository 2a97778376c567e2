"""What was found wrong while a configuration was composed, and how much each thing weighs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Literal, NoReturn, get_args

from cordio_config._exceptions import ConfigError
from cordio_config._model import Group
from cordio_config._names import Key, dotted, nearest
from cordio_config._origin import Origin
from cordio_config._place import Unreadable
from cordio_config._problem import Problem

__all__ = ["Findings", "OnDuplicate", "OnInvalid", "OnParseError", "OnUnknown", "check_reactions", "stop"]

OnDuplicate = Literal["stop", "last"]
OnInvalid = Literal["stop", "warn", "raise"]
OnParseError = Literal["stop", "skip"]
OnUnknown = Literal["stop", "warn", "ignore"]

LIKELY = 0.75

_REACTIONS = {
    "on_duplicate": OnDuplicate,
    "on_invalid": OnInvalid,
    "on_parse_error": OnParseError,
    "on_unknown": OnUnknown,
    "on_unknown_section": OnUnknown,
}


class Findings:
    """Collects problems, which stop the run, and warnings, which do not."""

    def __init__(
        self,
        on_duplicate: OnDuplicate = "stop",
        on_parse_error: OnParseError = "stop",
        on_invalid: OnInvalid = "raise",
        on_unknown: OnUnknown = "stop",
        on_unknown_section: OnUnknown = "warn",
    ) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.notes: list[Problem] = []
        self._passed_over: list[Problem] = []
        self.is_lenient = on_invalid == "warn"
        self._is_partial = False
        self._on_invalid = on_invalid
        self._on_duplicate = on_duplicate
        self._on_parse_error = on_parse_error
        self._on_unknown = on_unknown
        self._on_unknown_section = on_unknown_section

    def invalid(self, path: Key, what: str, origin: Origin, expected: str, *, is_final: bool = False) -> None:
        """Note a value that is wrong; a section that is wrong as a whole has no default to go on with."""
        problem = Problem("invalid", what, dotted(path), origin, expected)
        (self.warnings if self.is_lenient and not is_final else self.problems).append(problem)

    def missing(self, path: Key, what: str, origin: Origin | None, advice: str) -> None:
        """Note a value that is required and not given; it may stand in a file that could not be loaded."""
        if not self._is_partial:
            self.problems.append(Problem("missing", what, dotted(path), origin, advice=advice))

    def covers(self, path: Key) -> bool:
        """Tell whether the value was given, but wrongly."""
        keys = {dotted(path[: depth + 1]) for depth in range(len(path))}
        return any(one.kind == "invalid" and one.key in keys for one in (*self.problems, *self.warnings))

    def duplicate(self, path: Key, first: Origin, again: Origin) -> None:
        """Note a value that is given twice."""
        if self._on_duplicate == "stop":
            what = f"{dotted(path)} is given again; first at {first}"
            self.problems.append(Problem("duplicate", what, dotted(path), again, advice="keep one of them"))

    def unreadable(self, label: str, error: Unreadable) -> None:
        """Note a file that cannot be loaded."""
        origin = Origin("file", label, error.line, error.column)
        problem = Problem("unreadable", f"cannot be loaded: {error.reason}", "", origin)
        stops = self._on_parse_error == "stop"
        self._is_partial = self._is_partial or stops
        (self.problems if stops else self._passed_over).append(problem)

    def guessed(self, label: str, form: str, reason: str) -> None:
        """Note that a file was read in a format that its name does not tell."""
        is_odd = reason.startswith("it does not parse")
        problem = Problem("format", f"is read as {form.upper()}: {reason}", "", Origin("file", label))
        (self.warnings if is_odd else self.notes).append(problem)

    def unknown(self, path: Key, origin: Origin, group: Group) -> None:
        """Note a key that nobody declared."""
        self._unknown(_unknown(path, origin, group), self._on_unknown)

    def unknown_section(self, path: Key, origin: Origin, group: Group) -> None:
        """Note a section that nobody declared; it may belong to a part that is not in use."""
        self._unknown(_unknown(path, origin, group), self._on_unknown_section)

    def renamed(self, path: Key, old: str, origin: Origin, now: str) -> None:
        """Note a value that is given by its old name, which works."""
        problem = Problem("renamed", f"{old} is an old name", dotted(path), origin, advice=f"write {now}")
        self.warnings.append(problem)

    def unknown_variable(self, name: str, origin: Origin, known: Iterable[str]) -> None:
        """Note a variable that has the prefix and names nothing."""
        known = tuple(known)
        like = nearest(name, known, LIKELY)
        hint = _hint(like or nearest(name, known) or "", ())
        problem = Problem("unknown", f"{name} names no value", name, origin, "", hint)
        self._unknown(problem, "warn" if like is None and self._on_unknown == "stop" else self._on_unknown)

    def settle(self) -> None:
        """Say what was passed over, log the warnings; raise or stop if there is a problem."""
        for problem in self._passed_over:
            print(f"warning: {problem}", file=sys.stderr)
        _log(self.warnings, self.notes)
        if self.problems:
            error = ConfigError(self.problems)
            if self._on_invalid == "stop":
                stop(error)
            raise error

    def _unknown(self, problem: Problem, reaction: OnUnknown) -> None:
        if reaction != "ignore":
            (self.problems if reaction == "stop" else self.warnings).append(problem)


def check_reactions(**chosen: str) -> None:
    """Raise `ConfigError` for each reaction that does not exist."""
    problems = []
    for name, reaction in chosen.items():
        choices = get_args(_REACTIONS[name])
        if reaction not in choices:
            expected = " or ".join(map(repr, choices))
            problems.append(Problem("declaration", f"{name}={reaction!r} is no choice", expected=expected))
    if problems:
        raise ConfigError(problems)


def stop(error: ConfigError) -> NoReturn:
    """Print the report and end the process."""
    print(error, file=sys.stderr)
    raise SystemExit(error.exit_code)


def _log(warnings: Iterable[Problem], notes: Iterable[Problem]) -> None:
    if not warnings and not notes:
        return
    from logging import getLogger

    for problem in warnings:
        getLogger("cordio_config").warning("warning: %s", problem)
    for problem in notes:
        getLogger("cordio_config").info("%s", problem)


def _unknown(path: Key, origin: Origin, group: Group) -> Problem:
    known = [field.key for field in group.fields]
    like = nearest(str(path[-1]), known)
    advice = _hint(dotted((*path[:-1], like)) if like else "", known)
    return Problem("unknown", f"{dotted(path)} is not known", dotted(path), origin, "", advice)


def _hint(like: str, known: Iterable[str]) -> str:
    if like:
        return f"did you mean {like}?"
    return f"known here: {', '.join(known)}" if known else ""
