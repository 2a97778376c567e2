"""Judges the values in force: each option and each section, all mistakes together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cordio_config._declaration import Declaration
from cordio_config._findings import Findings
from cordio_config._layer import Layer, origin_of, written_of
from cordio_config._merge import Values, merged, value_at, without
from cordio_config._model import Field, Group
from cordio_config._names import Key, dotted, variable
from cordio_config._problem import shown
from cordio_config._validation import Mistake, validated

__all__ = ["Judgement"]


class Judgement:
    """Makes values of their types, and problems of what cannot be made.

    Parameters
    ----------
    declaration : Declaration
        What can be set.
    layers : sequence of Layer
        The sources, rising.
    findings : Findings
        Takes the problems.
    prefix : str, optional
        The prefix of variables, for advice; None if the environment is not read.
    has_command_line : bool
        Whether there are options to advise.
    """

    def __init__(
        self,
        declaration: Declaration,
        layers: Sequence[Layer],
        findings: Findings,
        prefix: str | None,
        has_command_line: bool,
    ) -> None:
        self._declaration = declaration
        self._layers = layers
        self._findings = findings
        self._prefix = prefix
        self._has_command_line = has_command_line
        self._values: Values = {}
        for layer in layers:
            self._values = merged(self._values, layer.values)

    def options(self) -> Mapping[str, object]:
        """Judge the top-level options."""
        return {name: self._option(name) for name in self._declaration.options}

    def sections(self) -> Mapping[str, object]:
        """Judge the sections."""
        return {section: self._section(section) for section in self._declaration.models}

    def _option(self, name: str) -> object:
        from cordio_config._options import converted, default_of

        path: Key = (name,)
        option, field, value = self._declaration.options[name], self._field(path), self._values.get(name)
        if value is not None:
            try:
                return converted(option, value, written_of(path, self._layers), field.secret)
            except ValueError as error:
                self._invalid(path, str(error))
                self._drop(path)
        if field.required and (value is None or self._findings.is_lenient):
            self._missing(path)
        return None if field.required else default_of(option)

    def _section(self, section: str) -> object:
        inner = self._values.get(section)
        values: Values = inner if isinstance(inner, dict) else {}
        instance, mistakes = self._validated(section, values)
        for mistake in mistakes:
            self._report(section, mistake)
        if mistakes and self._findings.is_lenient:
            instance = self._spared(section, values, mistakes)
        return instance

    def _spared(self, section: str, values: Values, mistakes: Sequence[Mistake]) -> object:
        """Judge once more without the values that were wrong."""
        for mistake in mistakes:
            if mistake.path and not mistake.is_missing:
                path = self._leaf((section, *mistake.path))
                self._drop(path)
                values = without(values, path[1:])
        instance, remaining = self._validated(section, values)
        for mistake in remaining:
            if mistake not in mistakes and mistake.is_missing:
                self._missing((section, *mistake.path))
            elif mistake not in mistakes:
                self._invalid((section, *mistake.path), mistake.expected, is_final=True)
        return instance

    def _drop(self, path: Key) -> None:
        if self._findings.is_lenient:
            for layer in self._layers:
                layer.drop(path)

    def _validated(self, section: str, values: Values) -> tuple[object, list[Mistake]]:
        model = self._declaration.models[section]
        return validated(model, values, lambda path: written_of((section, *path), self._layers))

    def _report(self, section: str, mistake: Mistake) -> None:
        path = (section, *mistake.path)
        if not mistake.is_missing:
            self._invalid(path, mistake.expected)
        elif not self._findings.covers(path):
            self._missing(path)

    def _invalid(self, path: Key, expected: str, is_final: bool = False) -> None:
        field = self._field(path)
        is_whole = field.group is not None
        value = "not as a whole what it must be" if is_whole else self._shown(path, field)
        what, origin = f"{dotted(path)} is {value}", origin_of(path, self._layers)
        self._findings.invalid(path, what, origin, expected, is_final=is_final or is_whole)

    def _missing(self, path: Key) -> None:
        origin = origin_of(path[:-1], self._layers) if self._leaf(path) != path else None
        self._findings.missing(path, f"{dotted(path)} is missing", origin, self._ways(path))

    def _ways(self, path: Key) -> str:
        ways = [f"in a file as {dotted(path)}"]
        steps = [step for step in path if isinstance(step, str)]
        if len(steps) == len(path) and self._is_leaf(path):
            named = [] if self._prefix is None else [variable(self._prefix, steps)]
            ways += [f"in the environment as {name}" for name in named]
            ways += [f"by {self._declaration.flag(path)}"] if self._has_command_line else []
        return f"set it {', '.join(ways[:-1])} or {ways[-1]}" if len(ways) > 1 else f"set it {ways[0]}"

    def _shown(self, path: Key, field: Field) -> str:
        return shown(value_at(self._values, path), field.secret)

    def _field(self, path: Key) -> Field:
        field = self._declaration.group.at(path)
        assert field is not None, "paths of mistakes begin with a declared name"
        return field

    def _is_leaf(self, path: Key) -> bool:
        return self._leaf(path) == path and self._field(path).group is None

    def _leaf(self, path: Key) -> Key:
        """Cut a path at the value that can be set."""
        group: Group | None = self._declaration.group
        for depth, step in enumerate(path):
            field = group.find(str(step)) if group is not None else None
            if field is None:
                return path[:depth]
            group = field.group
        return path
