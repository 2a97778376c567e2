"""What ``tools/up.py`` does: the set-up, then the demonstration service in this program's place."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.environment import Environment
from tools.parts import ROOT
from tools.runner import Runner, Stopped, clean
from tools.trouble import Trouble

SERVICE = ROOT / "docs" / "examples" / "orders" / "up.py"


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """
    Part this command's own arguments from those behind ``--``.

    Parameters
    ----------
    arguments : sequence of str
        All the arguments.

    Returns
    -------
    tuple of list of str
        The own ones, and those to hand on.

    Examples
    --------
    >>> split(["--only-setup"])
    (['--only-setup'], [])
    >>> split(["config", "--", "-k", "origin"])
    (['config'], ['-k', 'origin'])
    """
    own = list(arguments)
    if "--" not in own:
        return own, []
    place = own.index("--")
    return own[:place], own[place + 1 :]


def main(arguments: Sequence[str]) -> int:
    """
    Set up, then become the demonstration service.

    Parameters
    ----------
    arguments : sequence of str
        The arguments of the command line.

    Returns
    -------
    int
        The exit code, when no service takes over.
    """
    own, given = split(arguments)
    ask = argparse.ArgumentParser(
        prog="tools/up.py",
        description="Set CorDio up in .venv, then run the demonstration service docs/examples/orders.",
        epilog="Arguments behind -- go to the demonstration: tools/up.py -- --http-port 8080",
    )
    ask.add_argument("--only-setup", action="store_true", help="stop after the set-up")
    wish = ask.parse_args(own)
    with Runner() as runner:
        code = prepared(Environment(ROOT, runner))
    if code or wish.only_setup:
        return code
    return _become(ROOT / ".venv" / "bin" / "python", SERVICE, given)


def prepared(environment: Environment) -> int:
    """
    Bring the environment up to date and say how that went.

    Parameters
    ----------
    environment : tools.environment.Environment
        The environment.

    Returns
    -------
    int
        The exit code: 0 when all is ready.
    """
    try:
        environment.ensure()
    except Trouble as trouble:
        print(f"tools: {trouble}", file=sys.stderr)
        return 1
    except Stopped as stopped:
        print(f"tools: {stopped}; nothing is left running, and the next run begins anew.", file=sys.stderr)
        return stopped.exit_code
    print(f"Ready: {environment.folder}", flush=True)
    return 0


def _become(python: Path, service: Path, given: Sequence[str]) -> int:
    if not service.exists():
        print(f"tools: there is no {service} to run.", file=sys.stderr)
        return 1
    print(f"Starting {service.parent.relative_to(ROOT)} (Ctrl-C stops it)", flush=True)
    os.execve(python, [str(python), str(service), *given], clean(os.environ))
