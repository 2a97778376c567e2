"""The options of a command that tell of its configuration and do not run it: ``--config-check`` and more."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from click.core import ParameterSource

from cordio_config._check import Check
from cordio_config._composition import Request, compose
from cordio_config._consumers import consumers_in
from cordio_config._declaration import Declaration
from cordio_config._difference import difference_of
from cordio_config._exceptions import ConfigError, UnknownKey
from cordio_config._findings import stop
from cordio_config._schema import schema_of
from cordio_config._template import Scope, TemplateFormat, TemplateValues, write

if TYPE_CHECKING:
    from cordio_config._click import Program

__all__ = ["Companion", "Inquiry", "command_parameters", "is_inquiry", "named_files"]

_INQUIRY = "cordio_config.inquiry"
_FILES = "cordio_config.files"


class Companion(click.Option):
    """An option that goes with an inquiry; a program's own option of the same name goes before it."""

    def __init__(self, *names: str, help: str, **rest: Any) -> None:
        super().__init__(list(names), help=help, expose_value=False, **rest)

    def yields(self, names: Iterable[str]) -> bool:
        """Give up names that the program wants, as long as one is left."""
        left = [one for one in self.opts if one not in names]
        self.opts = left or self.opts
        return bool(left)


class Inquiry(Companion):
    """An option that makes the command answer and exit; the function is not run, arguments may be missing."""

    def __init__(self, *names: str, answer: Callable[[click.Context, object], int], **rest: Any) -> None:
        super().__init__(*names, is_eager=True, **rest)
        self._answer = answer

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """Read what else is on the command line, answer, and exit."""
        if ctx.resilient_parsing or self.consume_value(ctx, opts)[1] is not ParameterSource.COMMANDLINE:
            return super().handle_parse_result(ctx, opts, args)
        ctx.meta[_INQUIRY] = True
        value, _ = super().handle_parse_result(ctx, opts, args)
        for param in ctx.command.params:
            if not param.is_eager and not isinstance(param, click.Argument):
                param.handle_parse_result(ctx, opts, args)
        ctx.exit(self._answer(ctx, value))


def is_inquiry(ctx: click.Context) -> bool:
    """Tell whether the command only answers about its configuration."""
    return bool(ctx.meta.get(_INQUIRY))


def named_files(ctx: click.Context) -> tuple[str, ...] | None:
    """Give the files that are to be read instead of those that would be found."""
    return cast(tuple[str, ...], ctx.meta.get(f"{_FILES} {ctx.command_path}")) or None


def command_parameters(program: Program[Any]) -> list[click.Parameter]:
    """Make the options of a program."""
    answers = _Answers(program)
    file = click.Path(dir_okay=False)
    return [
        Companion(
            "--config-file",
            multiple=True,
            type=file,
            callback=_keep(_FILES),
            help="Read this file instead of those that would be found; may be repeated.",
        ),
        Inquiry(
            "--config-check",
            is_flag=False,
            flag_value="table",
            type=click.Choice(["table", "json"]),
            answer=answers.check,
            help="Validate the configuration, show each value in force and its origin, and exit.",
        ),
        Inquiry(
            "--config-explain",
            metavar="KEY",
            answer=answers.explain,
            help="Tell all about one value, and exit.",
        ),
        Inquiry(
            "--config-template",
            type=click.Choice(["yaml", "toml", "ini", "json", "jsonc"]),
            answer=answers.template,
            help="Write a template of a configuration file, and exit.",
        ),
        Companion(
            "--config-template-scope",
            type=click.Choice(["all", "required"]),
            default="all",
            callback=_keep("scope"),
            help="Which values the template holds.",
            show_default=True,
        ),
        Companion(
            "--config-template-values",
            type=click.Choice(["empty", "quoted", "example", "template"]),
            default="example",
            callback=_keep("values"),
            help="What stands for a value in the template.",
            show_default=True,
        ),
        Inquiry(
            "--config-diff",
            metavar="FILE",
            type=file,
            answer=answers.difference,
            help="Show what is new, renamed or dead in a file, and exit.",
        ),
        Inquiry(
            "--config-schema",
            is_flag=True,
            answer=answers.schema,
            help="Write the JSON Schema of the configuration, for editors, and exit.",
        ),
        Companion(
            "--config-output",
            metavar="FILE",
            type=file,
            callback=_keep("output"),
            help="Where to write the template or the schema, instead of standard output.",
        ),
        Companion(
            "--config-force",
            "--force",
            is_flag=True,
            callback=_keep("force"),
            help="Overwrite the file if there is one.",
        ),
    ]


class _Answers:
    def __init__(self, program: Program[Any]) -> None:
        self._program = program

    def check(self, ctx: click.Context, form: object) -> int:
        """Show the table, or JSON, and on stderr what is wrong."""
        found = self._check(ctx)
        if form == "json":
            click.echo(found.json())
            return found.exit_code
        is_terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if is_terminal else None
        click.echo(found.table(width, colour=is_terminal and not os.environ.get("NO_COLOR")))
        if found.unconsumed:
            click.echo(f"\nNobody is known to take: {', '.join(found.unconsumed)}")
        for warning in found.warnings:
            click.echo(f"warning: {warning}", err=True)
        if found.problems:
            click.echo(str(ConfigError(found.problems)), err=True)
        return found.exit_code

    def explain(self, ctx: click.Context, key: object) -> int:
        """Tell all about one value; an unknown one is a usage error."""
        found = self._check(ctx)
        try:
            click.echo(found.explain(str(key)))
        except UnknownKey as error:
            raise click.BadParameter(str(error), ctx, param_hint="'--config-explain'") from None
        return found.exit_code

    def template(self, ctx: click.Context, form: object) -> int:
        """Write a template."""
        scope, values = cast(Scope, ctx.meta["scope"]), cast(TemplateValues, ctx.meta["values"])
        declaration, request = self._declared(ctx)
        _put_out(ctx, write(declaration, cast(TemplateFormat, form), scope, values, request.env_prefix))
        return 0

    def schema(self, ctx: click.Context, value: object) -> int:
        """Write the schema."""
        declaration, request = self._declared(ctx)
        _put_out(
            ctx, json.dumps(schema_of(declaration, request.env_prefix), indent=2, ensure_ascii=False) + "\n"
        )
        return 0

    def difference(self, ctx: click.Context, file: object) -> int:
        """Hold a file against the declaration."""
        declaration, request = self._declared(ctx)
        try:
            click.echo(difference_of(Path(str(file)), declaration, request.env_prefix), nl=False)
        except ConfigError as error:
            stop(error)
        return 0

    def _check(self, ctx: click.Context) -> Check:
        try:
            return Check(compose(self._program.request(ctx)), consumers_in(self._program.function))
        except ConfigError as error:
            stop(error)

    def _declared(self, ctx: click.Context) -> tuple[Declaration, Request]:
        request = self._program.request(ctx)
        try:
            return Declaration.of(request.models, request.options, request.renamed), request
        except ConfigError as error:
            stop(error)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, object], object]:
    def keep(ctx: click.Context, param: click.Parameter, value: object) -> object:
        ctx.meta[f"{name} {ctx.command_path}" if name == _FILES else name] = value
        return value

    return keep


def _put_out(ctx: click.Context, text: str) -> None:
    output = ctx.meta.get("output")
    if output is None:
        click.echo(text, nl=False)
        return
    folder = Path(output).parent
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
        with open(output, "w" if ctx.meta.get("force") else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(f"{output} is there already; --config-force overwrites it", ctx) from None
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}", ctx) from None
