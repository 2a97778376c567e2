"""Holds a configuration file against the code: what is new, renamed or dead."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cordio_config._declaration import Declaration
from cordio_config._document import Document
from cordio_config._exceptions import ConfigError
from cordio_config._findings import Findings
from cordio_config._model import Group
from cordio_config._names import Key, dotted, fold, nearest
from cordio_config._place import Unreadable
from cordio_config._reading import read_document
from cordio_config._setting import settings_of

if TYPE_CHECKING:
    import click

__all__ = ["difference", "difference_of"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of one line of the file."""

    line: int
    mark: str
    text: str


def difference(
    file: str | os.PathLike[str],
    models: Mapping[str, type] | None = None,
    *,
    options: Iterable[click.Parameter] = (),
    env_prefix: str | None = None,
) -> str:
    """Show what a configuration file has that the code has not, and the other way round.

    Parameters
    ----------
    file : path
        The file; it is not changed.
    models : mapping of str to type, optional
        By section, a pydantic model or a frozen dataclass.
    options : iterable of click.Parameter
        The top-level options.
    env_prefix : str, optional
        What the names of variables begin with; None to leave them out.

    Returns
    -------
    str
        The file line by line, comments and all: ``-`` before what is dead, ``~`` before what has another name
        now, each with a word on it; then, after ``+``, what is new.

    Raises
    ------
    ConfigError
        If the file cannot be loaded.

    Examples
    --------
    >>> import tempfile
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Limits:
    ...     burst: int
    ...     per_minute: int = 60
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "main.yaml")
    ...     size = file.write_text("limits:  # ours\\n  brust: 5\\n  per_minute: 7\\n")
    ...     print(difference(file, {"limits": Limits}), end="")
      limits:  # ours
    -   brust: 5    <- limits.brust is dead: did you mean limits.burst?
        per_minute: 7
    + limits.burst    <- INTEGER; required
    """
    return difference_of(Path(file), Declaration.of(models or {}, options), env_prefix)


def difference_of(file: Path, declaration: Declaration, env_prefix: str | None) -> str:
    """Hold a file against what is declared."""
    try:
        document = read_document(file, str(file))
    except Unreadable as error:
        findings = Findings()
        findings.unreadable(str(file), error)
        raise ConfigError(findings.problems) from None
    by_line: dict[int, list[Finding]] = {}
    seen: set[Key] = set()
    for found in _compared(document, document.values, declaration.group, (), (), seen):
        by_line.setdefault(found.line, []).append(found)
    lines = [
        _marked(text, by_line.get(number, [])) for number, text in enumerate(document.text.splitlines(), 1)
    ]
    new = [one for one in settings_of(declaration, env_prefix) if one.path not in seen]
    lines += [f"+ {one.key}    <- {'; '.join([*([one.help] if one.help else []), *one.notes])}" for one in new]
    return "".join(f"{line}\n" for line in lines)


def _compared(
    document: Document, values: Mapping[str, object], group: Group, spelled: Key, path: Key, seen: set[Key]
) -> Iterator[Finding]:
    for key, value in values.items():
        here = (*spelled, key)
        field = group.find(key)
        if field is None:
            if not group.open and here != ("$schema",):
                yield _dead(document, here, group, path)
            continue
        declared = (*path, field.key)
        if fold(key) in map(fold, field.was):
            yield Finding(_line(document, here), "~", f"{dotted(here)} is {dotted(declared)} now")
        if field.group is None:
            seen.add(declared)
        elif isinstance(value, dict):
            yield from _compared(document, value, field.group, here, declared, seen)


def _dead(document: Document, here: Key, group: Group, path: Key) -> Finding:
    like = nearest(str(here[-1]), [field.key for field in group.fields])
    hint = f": did you mean {dotted((*path, like))}?" if like else ""
    return Finding(_line(document, here), "-", f"{dotted(here)} is dead{hint}")


def _line(document: Document, path: Key) -> int:
    return document.key_origin(path).line or 1


def _marked(text: str, found: list[Finding]) -> str:
    if not found:
        return f"  {text}".rstrip()
    marks = {one.mark for one in found}
    return f"{'-' if '-' in marks else '~'} {text}    <- {'; '.join(one.text for one in found)}"
