"""The command ``python -m tools.bench``."""

import argparse
import itertools
import subprocess
import sys

from tools.bench import peers
from tools.bench.subject import comparisons, subjects
from tools.bench.table import lines
from tools.parts import ROOT
from tools.trouble import Trouble


def main(words: list[str] | None = None) -> int:
    """
    Measure and print.

    Parameters
    ----------
    words : list of str or None
        The command line; the process's own unless given.

    Returns
    -------
    int
        0, or 2 when a name is wrong; a missed target is printed, and fails nothing.

    Examples
    --------
    >>> main(["no-such-part"])
    There is no benchmark 'no-such-part'...
    2
    """
    options = _parser().parse_args(words)
    try:
        chosen = subjects(options.subjects)
    except Trouble as trouble:
        print(trouble)
        return 2
    if options.peers:
        return _with_peers(chosen, options.turns)
    for subject in chosen:
        print(f"== {subject}", flush=True)
        for comparison in comparisons(subject):
            print(*lines(comparison, comparison.measure(options.turns)), sep="\n", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "tools.bench", description="Measure what the parts promise of their speed."
    )
    parser.add_argument("subjects", nargs="*", help="a part, or part/subject; all unless given")
    parser.add_argument(
        "--peers", action="store_true", help="beside the peers, in an environment of their own"
    )
    parser.add_argument("--turns", type=int, help="how often each contender is measured")
    return parser


def _with_peers(chosen: list[str], turns: int | None) -> int:
    again = ["--turns", str(turns)] if turns else []
    for part, of_part in itertools.groupby(chosen, lambda subject: subject.partition("/")[0]):
        command = [peers.python(part), "-m", "tools.bench", *of_part, *again]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
