"""What is printed of a comparison."""

from collections.abc import Iterator, Mapping
from statistics import median

from tools.bench.comparison import Comparison, span


def lines(comparison: Comparison, found: Mapping[str, list[float]]) -> Iterator[str]:
    """
    Yield the lines of one comparison.

    Parameters
    ----------
    comparison : Comparison
        What was compared.
    found : mapping of str to list of float
        What was measured.

    Yields
    ------
    str
        The promise with its verdict, then each contender's median, the fastest first.

    Examples
    --------
    >>> from tools.bench.clock import calls
    >>> from tools.bench.comparison import Ratio
    >>> made = Comparison("an empty list", lambda: calls(list), lambda: calls(dict), Ratio(2))
    >>> print(*lines(made, {"ours": [2e-6], "base": [4e-6]}), sep="\\n")
    an empty list
        0.50 times, target: at most 2 times: kept
             2 µs  ours
             4 µs  base
    """
    value = comparison.verdict(found)
    kept = "kept" if value <= comparison.target.most else "MISSED"
    yield comparison.promise
    yield f"    {comparison.target.text(value)}, target: {comparison.target}: {kept}"
    for name, times in sorted(found.items(), key=lambda item: median(item[1])):
        yield f"    {span(median(times)):>9}  {name}"
