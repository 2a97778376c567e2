"""What needs an extra is left out where the extra is not installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("sentry_sdk") else ["src/cordio_monitor/sinks/_sentry_transport.py"]
