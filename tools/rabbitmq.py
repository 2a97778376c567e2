"""A RabbitMQ of one's own: ports, node, data and epmd are private, and it is gone when its owner is."""

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeGuard

from tools.missing import MissingServer, StartFailed
from tools.ports import LOOPBACK, free_ports
from tools.watchdog import Watchdog

INSTALL = "apt-get install -y rabbitmq-server"
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
HEADER = b"AMQP\x00\x00\x09\x01"
METHOD = b"\x01"
ONLY_LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"
START_LIMIT = 120.0
STOP_LIMIT = 30.0


class RabbitMQ:
    """
    A private broker on the loopback interface.

    It can be stopped, killed, frozen and started again on the same port with the same data.

    Attributes
    ----------
    host : str
        Where it listens.
    port : int
        The port of AMQP.
    user : str
        Who may connect.
    password : str
        With which password.

    Raises
    ------
    MissingServer
        If RabbitMQ is not on this machine.
    """

    def __init__(self) -> None:
        if not PROGRAM.exists() or shutil.which("epmd") is None:
            raise MissingServer("RabbitMQ", INSTALL)
        self.host = LOOPBACK
        self.user = self.password = "guest"
        self.port, self._node_port, self._epmd_port, self._control_port = free_ports(4)
        self.folder = Path(tempfile.mkdtemp(prefix="cordio-rabbitmq-"))
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._epmd: subprocess.Popen[bytes] | None = None
        self._node: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._prepare()
        self._watchdog = Watchdog(self.folder)
        atexit.register(self.close)

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"amqp://{self.user}:{self.password}@{self.host}:{self.port}/"

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run: epmd and the node."""
        return tuple(process.pid for process in (self._epmd, self._node) if _runs(process))

    @property
    def running(self) -> bool:
        """Whether the node runs (a frozen one does)."""
        return _runs(self._node)

    def start(self) -> None:
        """
        Start the broker and wait until it speaks AMQP.

        Raises
        ------
        StartFailed
            If it ended, or did not answer in time.
        """
        if self.running:
            return
        if not _runs(self._epmd):
            self._epmd = self._serve("epmd", "-address", LOOPBACK, "-port", str(self._epmd_port))
        self._node = self._serve(str(PROGRAM))
        until = time.monotonic() + START_LIMIT
        while not self.answers():
            if not self.running:
                raise self._failure("ended while it started")
            if time.monotonic() > until:
                raise self._failure(f"did not answer within {START_LIMIT:g} s")
            time.sleep(0.05)

    def answers(self) -> bool:
        """
        Tell whether the broker answers the protocol header of AMQP 0-9-1 (section 4.2.2).

        Returns
        -------
        bool
            True if a method frame came, which is `connection.start`.
        """
        try:
            with socket.create_connection((self.host, self.port), timeout=5) as connection:
                connection.sendall(HEADER)
                return connection.recv(1) == METHOD
        except OSError:
            return False

    def stop(self) -> None:
        """Let the broker end in good order; what is durable stays."""
        self._signal(signal.SIGTERM)
        _ended(self._node)

    def kill(self) -> None:
        """End the broker at once, as a crash does."""
        self._signal(signal.SIGKILL)
        _ended(self._node)

    def freeze(self) -> None:
        """Stop the node's work without closing its connections."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen node go on."""
        self._signal(signal.SIGCONT)

    def control(self, *words: str) -> str:
        """
        Run `rabbitmqctl` on the node, as in ``control("list_queues", "name")``.

        Parameters
        ----------
        *words : str
            The command and its arguments.

        Returns
        -------
        str
            What it printed.

        Raises
        ------
        RuntimeError
            If it failed.
        """
        with self._launch(
            str(PROGRAM.with_name("rabbitmqctl")), "--quiet", *words, output=subprocess.PIPE
        ) as run:
            printed = run.communicate()[0].decode()
        if run.returncode != 0:
            raise RuntimeError(f"rabbitmqctl {' '.join(words)} failed:\n{printed}")
        return printed

    def close(self) -> None:
        """Kill the broker and remove all that it wrote; a second time does nothing."""
        if os.getpid() != self._owner or not self.folder.exists():
            return
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._watchdog.dismiss()
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            "disk_free_limit.absolute = 16MB\nlog.file.level = warning\n"
        )
        if self._account is not None:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _serve(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / "output.log").open("ab") as log:
            return self._launch(*command, output=log)

    def _launch(self, *command: str, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=self._environment(),
            start_new_session=True,
            user=self._account and self._account.pw_uid,
            group=self._account and self._account.pw_gid,
            extra_groups=self._account and [],
        )

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        own = {
            "NODENAME": f"cordio-{self.port}@localhost",
            "NODE_IP_ADDRESS": LOOPBACK,
            "NODE_PORT": str(self.port),
            "DIST_PORT": str(self._node_port),
            "SERVER_ADDITIONAL_ERL_ARGS": ONLY_LOOPBACK,
            "CTL_ERL_ARGS": ONLY_LOOPBACK,
            "CTL_DIST_PORT_MIN": str(self._control_port),
            "CTL_DIST_PORT_MAX": str(self._control_port),
            "MNESIA_BASE": f"{folder}/data",
            "LOG_BASE": f"{folder}/log",
            "PID_FILE": f"{folder}/pid",
            "CONF_ENV_FILE": f"{folder}/none.conf",
            "CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "ADVANCED_CONFIG_FILE": f"{folder}/none.config",
            "ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
        }
        # RUNNING_UNDER_SYSTEMD makes the script become the node instead of starting it as a child.
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": folder,
            "LC_ALL": "C.UTF-8",
            "RUNNING_UNDER_SYSTEMD": "true",
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self._epmd_port),
            **{f"RABBITMQ_{name}": value for name, value in own.items()},
        }

    def _signal(self, number: signal.Signals) -> None:
        if self._node is not None:
            self._node.send_signal(number)

    def _failure(self, reason: str) -> StartFailed:
        return StartFailed("RabbitMQ", reason, (self.folder / "output.log").read_text(errors="replace"))


def _runs(process: subprocess.Popen[bytes] | None) -> TypeGuard[subprocess.Popen[bytes]]:
    return process is not None and process.poll() is None


def _ended(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
