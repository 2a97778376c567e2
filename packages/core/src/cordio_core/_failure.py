"""What ended an application, as a process tells it: in words, and by an exit code."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Failure"]

_SOFTWARE = 70  # sysexits.h, EX_SOFTWARE


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that nobody handled.

    An error whose class has an ``exit_code`` is meant for people: its own text and its notes are told. Of any
    other the traceback is told, for whoever has to mend the code.

    Parameters
    ----------
    error : BaseException
        The error, or a group of errors.

    Examples
    --------
    >>> from cordio_core import EntrypointError
    >>> failure = Failure(EntrypointError("http", "127.0.0.1:8000 is taken", "set http.port"))
    >>> print(failure.code, failure.text)
    70 http: 127.0.0.1:8000 is taken: set http.port
    """

    error: BaseException

    @property
    def code(self) -> int:
        """The exit code that the deepest cause asks for; 70 if none does, or if several disagree."""
        codes = {_code(error) for error in _leaves(self.error)}
        return codes.pop() if len(codes) == 1 else _SOFTWARE

    @property
    def text(self) -> str:
        """The words; of errors in a group one after the other."""
        leaves = list(_leaves(self.error))
        if any(_own_code(error) is None for error in leaves):
            return _trace(self.error)
        return "\n".join(_told(error) for error in leaves)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for part in error.exceptions:
        yield from _leaves(part)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Go from an error down to what caused it in the first place."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _own_code(error: BaseException) -> int | None:
    code = getattr(error, "exit_code", None)
    return code if isinstance(code, int) else None


def _code(error: BaseException) -> int:
    found = [code for code in map(_own_code, _causes(error)) if code is not None]
    return found[-1] if found else _SOFTWARE


def _told(error: BaseException) -> str:
    text = "\n".join([str(error) or type(error).__name__, *getattr(error, "__notes__", ())])
    *_, root = _causes(error)
    return f"{text}\n{_trace(root)}" if _is_quoted_bug(root, text) else text


def _is_quoted_bug(root: BaseException, text: str) -> bool:
    """Tell whether an error only repeats what the cause said, and the cause is a mistake in the code."""
    expected = _own_code(root) is not None or isinstance(root, OSError)
    return not expected and type(root).__name__ in text


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)).rstrip()
