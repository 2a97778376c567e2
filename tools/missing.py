"""What can be wrong with a server that a test wants."""


class MissingServer(Exception):
    """
    A server that is not on this machine.

    Parameters
    ----------
    server : str
        Which one.
    install : str
        The command that brings it.

    Examples
    --------
    >>> print(MissingServer("RabbitMQ", "apt-get install -y rabbitmq-server"))
    RabbitMQ is not on this machine; install it with: apt-get install -y rabbitmq-server
    """

    def __init__(self, server: str, install: str) -> None:
        super().__init__(server, install)
        self.server = server
        self.install = install

    def __str__(self) -> str:
        return f"{self.server} is not on this machine; install it with: {self.install}"


class StartFailed(Exception):
    """
    A server that does not start.

    Parameters
    ----------
    server : str
        Which one.
    reason : str
        What happened.
    output : str
        What it said; the end of it is shown.

    Examples
    --------
    >>> print(StartFailed("RabbitMQ", "ended within 120 s", "boot failed"))
    RabbitMQ ended within 120 s; its last words:
    boot failed
    """

    def __init__(self, server: str, reason: str, output: str) -> None:
        super().__init__(server, reason, output)
        self.server = server
        self.reason = reason
        self.output = output

    def __str__(self) -> str:
        return f"{self.server} {self.reason}; its last words:\n{self.output[-4000:]}"
