"""An application in the background: one process with a lock, a pid file and its output in files."""

from cordio_core.daemon._daemon import Daemon
from cordio_core.daemon._exceptions import DaemonError
from cordio_core.daemon._pid_file import PidFile

__all__ = ["Daemon", "DaemonError", "PidFile"]
