"""Say early, and in words that any Python 3 can read, that this Python is too old.

This module and the two commands keep to the syntax of Python 3.6, so that an old one gets far enough to tell.
"""

import shutil
import sys
from typing import Optional, Tuple

OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11")


def complaint(version: Tuple[int, ...], newer: Optional[str]) -> Optional[str]:
    """
    Return what to tell the user of this Python, or nothing when it will do.

    Parameters
    ----------
    version : tuple of int
        The version of the running Python.
    newer : str, optional
        A command on this machine that starts a Python that will do.

    Returns
    -------
    str, optional
        What is wrong and what to do.

    Examples
    --------
    >>> complaint((3, 11, 2), None)
    >>> complaint((3, 9, 18), "python3.12")
    'CorDio needs Python 3.11 or newer; this is 3.9. Run the same command with python3.12.'
    """
    if version[:2] >= OLDEST:
        return None
    cure = (
        "Run the same command with %s." % newer if newer else "Install one (Debian: apt-get install python3)."
    )
    oldest, this = (".".join(str(number) for number in numbers[:2]) for numbers in (OLDEST, version))
    return "CorDio needs Python %s or newer; this is %s. %s" % (oldest, this, cure)


def demand() -> None:
    """
    End the program when its Python is too old.

    Raises
    ------
    SystemExit
        With what is wrong and what to do.

    Examples
    --------
    >>> demand()
    """
    found = [name for name in NEWER if shutil.which(name)]
    told = complaint(tuple(sys.version_info[:3]), found[0] if found else None)
    if told:
        raise SystemExit(told)
