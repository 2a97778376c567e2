"""Environments with the peers of a part, kept out of ``.venv``: nothing here depends on a peer."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from tools.parts import ROOT

HOME = ROOT / "build" / "bench"
PTH = "import site; site.addsitedir({!r})\n"


def wanted(part: str) -> Path:
    """
    Return the list of the peers of a part.

    Parameters
    ----------
    part : str
        The part's folder.

    Returns
    -------
    pathlib.Path
        Pinned requirements, a line each; the file may be missing.

    Examples
    --------
    >>> wanted("di").name
    'peers.txt'
    """
    return ROOT / "tools" / "bench" / part / "peers.txt"


def python(part: str) -> str:
    """
    Return an interpreter that has the project and the peers of a part; make it first where that is needed.

    Parameters
    ----------
    part : str
        The part's folder.

    Returns
    -------
    str
        Its path; the running interpreter where the part lists no peers.
    """
    pins = wanted(part)
    if not pins.exists():
        return sys.executable
    home = HOME / part
    stamp = home / "peers.txt"
    found = home / "bin" / "python"
    if not (stamp.exists() and stamp.read_bytes() == pins.read_bytes()):
        _make(home, pins)
        stamp.write_bytes(pins.read_bytes())
    return str(found)


def _make(home: Path, pins: Path) -> None:
    own = home / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
    command = [str(own), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(pins)]
    subprocess.run(command, check=True)
    where = subprocess.run(
        [own, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (Path(where) / "cordiator.pth").write_text(PTH.format(sysconfig.get_path("purelib")), "utf-8")
