"""The benchmarks: what a part promises of its speed, measured beside a plain base and beside its peers.

``python -m tools.bench`` prints every comparison: the medians, and the ratio beside its target. A subject is a
module ``tools/bench/<part>/<subject>.py`` with a tuple ``COMPARISONS`` of
`tools.bench.comparison.Comparison`. Contenders are measured by turns in one run and by CPU time, so that a
ratio holds on a loaded machine too. Nothing here decides a test.
"""
