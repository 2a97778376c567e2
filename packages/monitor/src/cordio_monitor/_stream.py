"""Writing to a stream whose reader may be gone."""

from __future__ import annotations

import os
from typing import TextIO

__all__ = ["put"]


def put(stream: TextIO | None, text: str) -> None:
    """Write a text at once, keeping nothing back in a buffer.

    Text that stays in the buffer of a broken pipe would make the interpreter fail at its end, in the
    application's name; so the bytes go to the descriptor, if the stream has one.

    Parameters
    ----------
    stream : TextIO | None
        The stream.
    text : str
        The text; characters that its encoding lacks are escaped.

    Raises
    ------
    OSError
        If there is no stream, or its reader is gone.

    Examples
    --------
    >>> import io
    >>> stream = io.StringIO()
    >>> put(stream, "placing")
    >>> stream.getvalue()
    'placing'
    """
    if stream is None:
        raise OSError("the process has no such stream")
    encoding = getattr(stream, "encoding", None) or "utf-8"
    data = text.encode(encoding, "backslashreplace")
    stream.flush()
    try:
        descriptor = stream.fileno()
    except (AttributeError, OSError):
        stream.write(data.decode(encoding))
        stream.flush()
    else:
        while data:
            data = data[os.write(descriptor, data) :]
