"""A folder of secret files: one value a file, as Docker and Kubernetes mount them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cordio_config._document import read_text
from cordio_config._exceptions import ConfigError
from cordio_config._origin import Origin
from cordio_config._place import Unreadable
from cordio_config._problem import Problem

__all__ = ["SecretFiles", "content_of"]


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """A source that is a folder with a file for each value.

    A file is called as the value is: ``limits.token``, ``limits_token``, ``PROG_LIMITS_TOKEN``, or ``token``
    in a folder ``limits``. What begins with a dot is passed over; one newline at the end is not part of the
    value.

    Parameters
    ----------
    folder : path
        The folder, such as ``/run/secrets``; it may be missing.
    name : str
        What messages call it.

    Examples
    --------
    >>> SecretFiles("/nowhere").values()
    {}
    """

    folder: str | os.PathLike[str]
    name: str = "secret files"

    def values(self) -> Mapping[str, tuple[object, Origin]]:
        """Read the files.

        Returns
        -------
        mapping of str to tuple
            By the file's name, its text and its place.

        Raises
        ------
        ConfigError
            With all files that cannot be read.
        """
        found: dict[str, tuple[object, Origin]] = {}
        problems: list[Problem] = []
        for path in self.files():
            origin = Origin("file", path.as_posix())
            try:
                found[".".join(path.relative_to(self.folder).parts)] = content_of(path), origin
            except Unreadable as error:
                at = Origin("file", path.as_posix(), error.line, error.column)
                problems.append(Problem("unreadable", f"cannot be loaded: {error.reason}", "", at))
        if problems:
            raise ConfigError(problems)
        return found

    def files(self) -> Iterator[Path]:
        """Walk the files.

        Yields
        ------
        Path
            In the order of their names.

        Raises
        ------
        OSError
            If the folder cannot be listed.
        """
        if not os.path.lexists(self.folder):
            return
        for folder, inner, names in os.walk(self.folder, onerror=_refuse):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def content_of(path: Path) -> str:
    """Read the value that a file holds."""
    return read_text(path).removesuffix("\n").removesuffix("\r")


def _refuse(error: OSError) -> None:
    raise error
