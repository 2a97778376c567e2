"""Refresh ``poetry.lock`` and ``requirements.txt``; runs in the tox environment of the same name."""

import os
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module

from tools.parts import ROOT

HEAD = "# Every package of the working environment, pinned. Made from poetry.lock: .venv/bin/tox -e lock\n"
EXPORT = ("export", "--with=dev,docs,test", "--without-hashes", "--without-urls", "--no-interaction")


def pins(lines: Iterable[str]) -> str:
    """
    Return the exported requirements without the parts themselves, which poetry names by this machine's paths.

    Parameters
    ----------
    lines : iterable of str
        What ``poetry export`` printed.

    Returns
    -------
    str
        The text of ``requirements.txt``.

    Examples
    --------
    >>> print(pins(["-e packages/pg ; x", "click==8.5.1 ; x"]).splitlines()[-1])
    click==8.5.1 ; x
    """
    return HEAD + "".join(f"{line}\n" for line in lines if line.strip() and not line.startswith("-"))


def main(arguments: list[str]) -> None:
    """
    Lock and export.

    Parameters
    ----------
    arguments : list of str
        For ``poetry lock``: without any, pins move as little as they can; ``--regenerate`` moves all.
    """
    # Where an index serves no JSON, poetry's own source fails; the plugin takes the pages that pip reads.
    index = import_module("pip._internal.models.index").PyPI.simple_url
    environment = {**os.environ, "POETRY_PYPI_MIRROR_URL": f"{index}/"}
    poetry = [sys.executable, "-m", "poetry"]
    subprocess.run([*poetry, "lock", "--no-interaction", *arguments], cwd=ROOT, env=environment, check=True)
    exported = subprocess.run([*poetry, *EXPORT], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    (ROOT / "requirements.txt").write_text(pins(exported.splitlines()), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
