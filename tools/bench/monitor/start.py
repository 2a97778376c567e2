"""What it costs to import the package: a module that only logs pays for nothing else."""

from tools.bench.clock import programs
from tools.bench.comparison import Comparison, Over

LOGGING = "from cordio_monitor import count, log, quiet, span, timing"
RUNNING = "from cordio_monitor import Monitor; from cordio_monitor.sinks import Console, File"

COMPARISONS = (
    Comparison(
        "import cordio_monitor",
        lambda: programs(LOGGING),
        lambda: programs("pass"),
        Over(25e-3),
        number=1,
        turns=25,
        peers={
            "import logging": lambda: programs("import logging"),
            "import cordio_monitor, and Monitor": lambda: programs(RUNNING),
        },
    ),
)
