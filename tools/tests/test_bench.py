"""The benchmarks run: what they print is for people, that they can run is a promise."""

import pytest

from tools.bench.subject import comparisons, subjects
from tools.bench.table import lines


@pytest.mark.parametrize("subject", subjects())
def test_a_benchmark_runs_and_says_how_it_stands_to_its_target(subject: str) -> None:
    for comparison in comparisons(subject):
        first, second, *times = lines(comparison, comparison.measure(turns=1, number=1))
        assert first == comparison.promise
        assert str(comparison.target) in second
        assert any(line.endswith("ours") for line in times)
