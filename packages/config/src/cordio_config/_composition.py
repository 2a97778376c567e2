"""Composes the values of all sources; what is wrong is noted, not raised."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cordio_config._command_line import from_command_line
from cordio_config._declaration import Declaration
from cordio_config._discovery import discover, label_of
from cordio_config._files import file_layers
from cordio_config._findings import Findings, OnDuplicate, OnInvalid, OnParseError, OnUnknown, check_reactions
from cordio_config._judgement import Judgement
from cordio_config._layer import Layer, NamedLayer
from cordio_config._names import dotted
from cordio_config._origin import Origin
from cordio_config._own_source import from_source
from cordio_config._pattern import Pattern, pattern_of
from cordio_config._source import PRIORITY, Priority, Source, StandardSource, checked
from cordio_config._variables import Variables, from_dotenv, from_environment, variables_of

if TYPE_CHECKING:
    import click

__all__ = ["DOTENV", "PATHS", "PATTERN", "Composition", "Request", "compose"]

PATHS = ("config",)
PATTERN = "**/main.{json,yaml}"
DOTENV = ".env"


@dataclass(frozen=True, slots=True)
class Request:
    """What `Config.load` was asked for."""

    models: Mapping[str, type]
    options: tuple[click.Parameter, ...]
    cli: Mapping[str, object] | None
    root: Path
    paths: tuple[Path, ...]
    pattern: Pattern
    env_prefix: str | None
    dotenv: Path | None
    environ: Mapping[str, str] | None
    files: tuple[Path, ...] | None
    renamed: Mapping[str, str]
    on_duplicate: OnDuplicate
    on_parse_error: OnParseError
    on_invalid: OnInvalid
    on_unknown: OnUnknown
    priority: tuple[StandardSource | Source, ...]
    on_unknown_section: OnUnknown

    @classmethod
    def make(
        cls,
        models: Mapping[str, type] | None = None,
        *,
        options: Iterable[click.Parameter] = (),
        cli: Mapping[str, object] | None = None,
        root: str | os.PathLike[str] | None = None,
        paths: Iterable[str | os.PathLike[str]] = PATHS,
        pattern: Pattern = PATTERN,
        env_prefix: str | None = None,
        dotenv: str | os.PathLike[str] | None = DOTENV,
        environ: Mapping[str, str] | None = None,
        files: Iterable[str | os.PathLike[str]] | None = None,
        renamed: Mapping[str, str] | None = None,
        on_duplicate: OnDuplicate = "stop",
        on_parse_error: OnParseError = "stop",
        on_invalid: OnInvalid = "raise",
        on_unknown: OnUnknown = "stop",
        priority: Priority = PRIORITY,
        on_unknown_section: OnUnknown = "warn",
    ) -> Request:
        """Take the arguments; relative paths start at the root, named files at the working directory."""
        check_reactions(
            on_duplicate=on_duplicate,
            on_parse_error=on_parse_error,
            on_invalid=on_invalid,
            on_unknown=on_unknown,
            on_unknown_section=on_unknown_section,
        )
        top = Path(os.path.abspath(root or "."))
        return cls(
            models or {},
            tuple(options),
            cli,
            top,
            tuple(map(Path, paths)),
            pattern if isinstance(pattern, str) else _kept(pattern),
            None if env_prefix is None else env_prefix.rstrip("_"),
            None if dotenv is None else top / dotenv,
            environ,
            None if files is None else tuple(Path(os.path.abspath(one)) for one in files),
            renamed or {},
            on_duplicate,
            on_parse_error,
            on_invalid,
            on_unknown,
            checked(priority),
            on_unknown_section,
        )

    @property
    def has_variables(self) -> bool:
        """Tell whether the environment or ``.env`` is a source."""
        return self.env_prefix is not None and not {"environment", ".env"}.isdisjoint(map(str, self.priority))


@dataclass(frozen=True, slots=True)
class Composition:
    """What came of a request: the layers, rising, the values that could be made, and all that is wrong."""

    request: Request
    declaration: Declaration
    layers: tuple[Layer, ...]
    findings: Findings
    options: Mapping[str, object]
    sections: Mapping[str, object]

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that counts, those that may yet appear included."""
        request = self.request
        has_dotenv = request.env_prefix is not None and ".env" in request.priority
        dotenv = () if request.dotenv is None or not has_dotenv else (request.dotenv,)
        named = (file for layer in self.layers if isinstance(layer, NamedLayer) for file in layer.files)
        own = (*dotenv, *named)
        if "files" not in request.priority:
            return own
        if request.files is not None:
            return (*request.files, *own)
        sections = list(self.declaration.models)
        found = discover(
            request.root, request.paths, pattern_of(request.pattern), sections, lambda error: None
        )
        return (*(one.path for one in found), *own)


def compose(request: Request) -> Composition:
    """Read all sources and judge their values; raise `ConfigError` for a mistake of declaration only."""
    findings = Findings(
        request.on_duplicate,
        request.on_parse_error,
        request.on_invalid,
        request.on_unknown,
        request.on_unknown_section,
    )
    declaration = Declaration.of(request.models, request.options, request.renamed)
    variables = variables_of(declaration, request.env_prefix or "")
    layers: list[Layer] = []
    for source in request.priority:
        layers += _layers(source, request, declaration, variables, findings)
    if "command line" not in request.priority:
        _refuse_options(declaration, request.cli or {}, findings)
    prefix = request.env_prefix if request.has_variables else None
    has_command_line = request.cli is not None and "command line" in request.priority
    judgement = Judgement(declaration, layers, findings, prefix, has_command_line)
    options, sections = judgement.options(), judgement.sections()
    return Composition(request, declaration, tuple(layers), findings, options, sections)


def _layers(
    source: StandardSource | Source,
    request: Request,
    declaration: Declaration,
    variables: Variables,
    findings: Findings,
) -> Sequence[Layer]:
    if source == "files":
        return file_layers(
            declaration.group, request.root, request.paths, request.pattern, findings, request.files
        )
    if source == "command line":
        return [from_command_line(declaration, request.cli or {}, findings)]
    if source in ("environment", ".env"):
        return (
            [] if request.env_prefix is None else _of_variables(source == ".env", request, variables, findings)
        )
    assert not isinstance(source, str), "the order was checked"
    return [from_source(source, variables, findings)]


def _of_variables(
    is_dotenv: bool, request: Request, variables: Variables, findings: Findings
) -> Sequence[Layer]:
    if not is_dotenv:
        return [
            from_environment(variables, os.environ if request.environ is None else request.environ, findings)
        ]
    file = request.dotenv
    return [] if file is None else [from_dotenv(variables, file, label_of(file, request.root), findings)]


def _refuse_options(declaration: Declaration, given: Mapping[str, object], findings: Findings) -> None:
    for key in given:
        path = declaration.path(key)
        origin = Origin("option", declaration.flag(path))
        what = f"{dotted(path)} is given where it does not count"
        expected = "no value on the command line, which is no source here"
        findings.invalid(path, what, origin, expected, is_final=True)


def _kept(pattern: Pattern) -> Pattern:
    return pattern if isinstance(pattern, str) or hasattr(pattern, "search") else tuple(pattern)
