"""What can go wrong in the use of a monitor."""

from __future__ import annotations

__all__ = ["AlreadyRunning", "MonitorError", "SettingError"]


class MonitorError(Exception):
    """What every error of this package is.

    Examples
    --------
    >>> issubclass(SettingError, MonitorError)
    True
    """


class AlreadyRunning(MonitorError):
    """A running monitor was entered once more.

    Parameters
    ----------
    service : str
        The service that the monitor watches.

    Examples
    --------
    >>> print(AlreadyRunning("orders"))
    the monitor of 'orders' runs already: enter it once, at the start of the application, and share it
    """

    exit_code = 70

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service

    def __str__(self) -> str:
        known = f"the monitor of {self.service!r} runs already"
        return f"{known}: enter it once, at the start of the application, and share it"


class SettingError(MonitorError, ValueError):
    """A setting of the section ``log`` has a value that means nothing.

    Parameters
    ----------
    option : str
        The option, as it is called in its section.
    value : object
        What it was set to.
    expected : str
        What it can be.

    Examples
    --------
    >>> print(SettingError("level", "loud", "debug, info, warning or error"))
    log.level: 'loud' is not known; expected debug, info, warning or error
    """

    exit_code = 78

    def __init__(self, option: str, value: object, expected: str) -> None:
        super().__init__(option, value, expected)
        self.option = option
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        return f"log.{self.option}: {self.value!r} is not known; expected {self.expected}"
