"""Build the wheel of every part into ``build/wheels``: ``.venv/bin/python -m tools.build [FOLDER]``."""

import os
import sys
from collections.abc import Iterable
from contextlib import chdir
from pathlib import Path

from poetry.core.masonry import api

from tools.parts import ROOT


def build(homes: Iterable[Path], folder: Path) -> list[Path]:
    """
    Build the wheels of some parts.

    Parameters
    ----------
    homes : iterable of pathlib.Path
        The folders of the parts.
    folder : pathlib.Path
        Where the wheels go; those of an earlier build are removed.

    Returns
    -------
    list of pathlib.Path
        The wheels, in the order of the parts.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [wheel.name for wheel in build([ROOT / "packages" / "di"], Path(folder, "wheels"))]
    ['cordio_di-...-py3-none-any.whl']
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("cordio*.whl"):
        old.unlink()
    wheels = []
    for home in homes:
        with chdir(home):
            wheels.append(folder / api.build_wheel(str(folder)))
    return wheels


def main(arguments: list[str]) -> None:
    """
    Build them all and name them.

    Parameters
    ----------
    arguments : list of str
        Another folder, if any.
    """
    folder = Path(arguments[0] if arguments else ROOT / "build" / "wheels").absolute()
    for wheel in build((file.parent for file in sorted(ROOT.glob("packages/*/pyproject.toml"))), folder):
        print(os.path.relpath(wheel))


if __name__ == "__main__":
    main(sys.argv[1:])
