"""Finds in the source of a function which values it takes, for reports; the function is not run."""

from __future__ import annotations

import ast
import inspect
import os
import textwrap
from collections.abc import Callable, Iterator

__all__ = ["consumers_in"]


def consumers_in(function: Callable[..., object]) -> dict[str, list[str]]:
    """Look for ``config["greeting"]`` and ``config.slice("limits")``; a parameter counts by its name.

    Where the source cannot be had nothing is found.
    """
    function = inspect.unwrap(function)
    found: dict[str, list[str]] = {}
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
        file = os.path.basename(inspect.getsourcefile(function) or "")
    except (OSError, TypeError, SyntaxError):
        return found
    for key, line in _takings(tree):
        found.setdefault(key, []).append(f"{function.__name__} ({file}:{first + line - 1})")
    return found


def _takings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str(key))):
                yield key, node.lineno
            case ast.Call(func=ast.Attribute(attr="slice"), args=[ast.Constant(value=str(key)), *_]):
                yield key, node.lineno
            case ast.arg(arg=name):
                yield name, node.lineno
