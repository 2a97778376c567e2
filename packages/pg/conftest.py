"""Leaves out what cannot be imported here: the events of applications need cordio-core, an extra."""

from importlib.util import find_spec

_OF_APPLICATIONS = ("_channels", "_entrypoint", "_hearing", "_lane", "_once")

collect_ignore = (
    [] if find_spec("cordio_core") else [f"src/cordio_pg/events/{name}.py" for name in _OF_APPLICATIONS]
)
