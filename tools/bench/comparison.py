"""One promise of speed: ours, a plain base, the peers, and the target that ratio or difference must keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import TypeAlias

from tools.bench.clock import Run, quiet

Make: TypeAlias = Callable[[], Run]


@dataclass(frozen=True, slots=True)
class Ratio:
    """
    Ours takes at most so many times as long as the base.

    Parameters
    ----------
    most : float
        The largest ratio.

    Examples
    --------
    >>> str(Ratio(1.5)), Ratio(1.5).value(3e-6, 2e-6)
    ('at most 1.5 times', 1.5)
    """

    most: float

    def __str__(self) -> str:
        return f"at most {self.most:g} times"

    def value(self, ours: float, base: float) -> float:
        """
        Return what is compared with `most`.

        Parameters
        ----------
        ours : float
            CPU seconds of ours.
        base : float
            CPU seconds of the base.

        Returns
        -------
        float
            How many times the base's.
        """
        return ours / base if base else float("inf")

    def text(self, value: float) -> str:
        """
        Return the value for people.

        Parameters
        ----------
        value : float
            What `value` returned.

        Returns
        -------
        str
            Such as ``1.24 times``.
        """
        return f"{value:.2f} times"


@dataclass(frozen=True, slots=True)
class Over:
    """
    Ours takes at most so much longer than the base.

    Parameters
    ----------
    most : float
        The largest difference, in seconds; with no base, the largest time.

    Examples
    --------
    >>> str(Over(2e-6)), round(Over(2e-6).value(3e-6, 2e-6), 9)
    ('at most 2 µs over', 1e-06)
    """

    most: float

    def __str__(self) -> str:
        return f"at most {span(self.most)} over"

    def value(self, ours: float, base: float) -> float:
        """
        Return what is compared with `most`.

        Parameters
        ----------
        ours : float
            CPU seconds of ours.
        base : float
            CPU seconds of the base.

        Returns
        -------
        float
            The difference, in seconds.
        """
        return ours - base

    def text(self, value: float) -> str:
        """
        Return the value for people.

        Parameters
        ----------
        value : float
            What `value` returned.

        Returns
        -------
        str
            Such as ``1.2 µs over``.
        """
        return f"{span(value)} over"


Target: TypeAlias = Ratio | Over


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What is compared, and what must come of it.

    Parameters
    ----------
    promise : str
        What ours does, for people.
    ours : callable
        Makes ours: one of `tools.bench.clock`'s functions.
    base : callable or None
        Makes the plain base; none where the target is a time.
    target : Ratio or Over
        What the measured pair must keep.
    number : int
        How many calls a turn.
    turns : int
        How many turns; each measures every contender once.
    peers : mapping of str to callable
        Makes a peer by its name; raises `ImportError` where it is not installed.

    Examples
    --------
    >>> from tools.bench.clock import calls
    >>> made = Comparison("a list", lambda: calls(list), lambda: calls(dict), Ratio(9), number=10, turns=3)
    >>> sorted(made.measure())
    ['base', 'ours']
    """

    promise: str
    ours: Make
    base: Make | None
    target: Target
    number: int = 1_000
    turns: int = 15
    peers: Mapping[str, Make] = field(default_factory=dict)

    def measure(self, turns: int | None = None, number: int | None = None) -> dict[str, list[float]]:
        """
        Measure all contenders by turns.

        Parameters
        ----------
        turns : int or None
            Instead of the comparison's own.
        number : int or None
            Instead of the comparison's own.

        Returns
        -------
        dict of str to list of float
            For ``ours``, ``base`` and each peer that is installed: CPU seconds a call, a turn each.
        """
        runs = self._runs()
        found: dict[str, list[float]] = {name: [] for name in runs}
        for run in runs.values():
            run(1)
        for _ in range(turns or self.turns):
            for name, run in runs.items():
                found[name].append(quiet(run, number or self.number))
        return found

    def verdict(self, found: Mapping[str, list[float]]) -> float:
        """
        Return what is compared with the target.

        Parameters
        ----------
        found : mapping of str to list of float
            What `measure` returned.

        Returns
        -------
        float
            The median over the turns; pairs of one turn are compared with each other.
        """
        base = found.get("base") or [0.0] * len(found["ours"])
        return median(self.target.value(mine, plain) for mine, plain in zip(found["ours"], base, strict=True))

    def _runs(self) -> dict[str, Run]:
        runs = {"ours": self.ours()}
        if self.base is not None:
            runs["base"] = self.base()
        for name, make in self.peers.items():
            try:
                runs[name] = make()
            except ImportError:
                continue
        return runs


def span(seconds: float) -> str:
    """
    Return a time for people.

    Parameters
    ----------
    seconds : float
        The time.

    Returns
    -------
    str
        In µs below a millisecond, in ms below a second.

    Examples
    --------
    >>> span(0.00000125), span(0.0125), span(2)
    ('1.25 µs', '12.5 ms', '2 s')
    """
    for unit, size in (("µs", 1e-6), ("ms", 1e-3)):
        if abs(seconds) < size * 1000:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
