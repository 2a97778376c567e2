"""Examples that need a library are left out where it is not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("pydantic") else ["src/cordio_core/data/_typed.py"]
