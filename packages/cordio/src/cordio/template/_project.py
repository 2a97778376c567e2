"""A new project: its files, written all or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import as_file, files
from pathlib import Path

from cordio.template._exceptions import NoProject

__all__ = ["make"]

_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_LONGEST = 64
_SUFFIX = ".in"  # keeps the template's files from being taken for this package's own
_EMPTY = ("opt", "usr/certs", "usr/docs", "var")
_PRIVATE = 0o700


def make(name: str, into: Path) -> Path:
    """Make a project: a service that runs, with configuration, tests and the settings of quality tools.

    Parameters
    ----------
    name : str
        The name of the project and of its folder: small letters and digits, parted by ``-`` or ``_``.
    into : pathlib.Path
        The folder that the project's folder is made in.

    Returns
    -------
    pathlib.Path
        The root folder of the project.

    Raises
    ------
    NoProject
        If that is no name, or such a folder is there already. Nothing is overwritten.

    Examples
    --------
    >>> import tempfile
    >>> root = make("orders", Path(tempfile.mkdtemp()))
    >>> root.name, (root / "up.py").is_file()
    ('orders', True)
    """
    _check(name)
    root = into / name
    if root.exists() or root.is_symlink():
        raise NoProject(name, f"{root} is there already", "take another name or folder, or move it away")
    try:
        return _made(name, root)
    except OSError as error:
        cure = "take a folder that this user may write to"
        raise NoProject(name, f"{root} cannot be made: {error}", cure) from error


def _check(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        cure = f"write at most {_LONGEST} small letters and digits, parted by - or _, as in order-intake"
        raise NoProject(name, "that is no name of a project", cure)
    if _is_installed(name):
        cure = "take another, or pip would take the one for the other"
        raise NoProject(name, "a distribution of that name is installed", cure)


def _is_installed(name: str) -> bool:
    try:
        return bool(distribution(name))
    except PackageNotFoundError:
        return False


def _made(name: str, root: Path) -> Path:
    """Write into a folder beside, and give it its name at the end: a project is there whole or not at all."""
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=root.parent) as folder:
        beside = Path(folder) / name
        with as_file(files("cordio.template") / "project") as template:
            _write(template, beside, name)
        for place in _EMPTY:
            (beside / place).mkdir(parents=True)
        (beside / "usr" / "certs").chmod(_PRIVATE)
        shutil.copyfile(beside / "usr" / "etc" / "main.yaml", beside / "etc" / "main.yaml")
        return beside.rename(root)


def _write(template: Path, root: Path, name: str) -> None:
    for source in sorted(path for path in template.rglob("*") if path.is_file()):
        target = root / _filled(str(source.relative_to(template)).removesuffix(_SUFFIX), name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled(source.read_text("utf-8"), name), "utf-8")
        if target.parent.name == "bin":
            target.chmod(0o755)


def _filled(text: str, name: str) -> str:
    # "@test@" stands for "test", so that a wheel of this package holds nothing that looks like its own tests.
    return text.replace("@name@", name).replace("@test@", "test").replace("@underline@", "=" * len(name))
