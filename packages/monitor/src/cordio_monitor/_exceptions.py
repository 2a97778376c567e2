"""What can go wrong in the use of a monitor."""

from __future__ import annotations

__all__ = [
    "AlreadyEntered",
    "AlreadyRunning",
    "ExtraError",
    "KindError",
    "LeakError",
    "MonitorError",
    "NotAFunction",
    "SettingError",
]


class MonitorError(Exception):
    """What every error of this package is.

    Examples
    --------
    >>> issubclass(SettingError, MonitorError)
    True
    """


class AlreadyEntered(MonitorError):
    """A span was entered once more.

    Parameters
    ----------
    name : str
        The name of the span.

    Examples
    --------
    >>> print(AlreadyEntered("reserve"))
    the span 'reserve' was entered before: a span is for one `with`; make a new one each time
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"the span {self.name!r} was entered before: a span is for one `with`; make a new one each time"


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


class NotAFunction(MonitorError, TypeError):
    """Something that is no function was decorated.

    Parameters
    ----------
    value : object
        What it was.

    Examples
    --------
    >>> print(NotAFunction(len))
    <built-in function len> is no function of Python: decorate one, below @classmethod, @property, @cache ...
    """

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value

    def __str__(self) -> str:
        where = "below @classmethod, @property, @cache and their like"
        return f"{self.value!r} is no function of Python: decorate one, {where}"


class SettingError(MonitorError, ValueError):
    """A setting has a value that means nothing.

    Parameters
    ----------
    option : str
        The option, as it is called in its section.
    value : object
        What it was set to.
    expected : str
        What it can be.
    section : str
        The section.

    Examples
    --------
    >>> print(SettingError("level", "loud", "debug, info, warning or error"))
    log.level: 'loud' is not known; expected debug, info, warning or error
    """

    exit_code = 78

    def __init__(self, option: str, value: object, expected: str, section: str = "log") -> None:
        super().__init__(option, value, expected, section)
        self.section = section
        self.option = option
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        return f"{self.section}.{self.option}: {self.value!r} is not known; expected {self.expected}"


class ExtraError(MonitorError, ImportError):
    """A sink was switched on, and the library that it needs is not installed.

    Parameters
    ----------
    sink : str
        The sink.
    library : str
        The library, as it is imported.
    extra : str
        The extra of this package that brings it.

    Examples
    --------
    >>> print(ExtraError("Statsd", "statsd", "statsd"))
    the sink Statsd needs the library statsd, which is not installed: pip install 'cordio-monitor[statsd]'
    """

    exit_code = 78

    def __init__(self, sink: str, library: str, extra: str) -> None:
        super().__init__(sink, library, extra)
        self.sink = sink
        self.library = library
        self.extra = extra

    def __str__(self) -> str:
        needed = f"the sink {self.sink} needs the library {self.library}, which is not installed"
        return f"{needed}: pip install 'cordio-monitor[{self.extra}]'"


class KindError(MonitorError, ValueError):
    """A kind of records, a level or a point was named that there is not.

    Parameters
    ----------
    what : str
        What was named.
    name : object
        As what it was named.
    known : tuple[str, ...]
        What there is.

    Examples
    --------
    >>> print(KindError("kind", "span", ("logs", "spans")))
    no kind is called 'span': there are logs, spans
    """

    def __init__(self, what: str, name: object, known: tuple[str, ...]) -> None:
        super().__init__(what, name, known)
        self.what = what
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return f"no {self.what} is called {self.name!r}: there are {', '.join(self.known)}"


class LeakError(MonitorError):
    """A secret that was planted for a test came out.

    Parameters
    ----------
    where : str
        Where it came out.

    Examples
    --------
    >>> print(LeakError("the sink File"))
    a planted secret comes out through the sink File: the monitor is not started; mend that sink
    """

    exit_code = 70

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where

    def __str__(self) -> str:
        return f"a planted secret comes out through {self.where}: the monitor is not started; mend that sink"
