"""What can go wrong with the set-up, said with how to cure it."""

import re

ADVICE = (
    (
        r"No space left on device",
        "The disk is full: free about 700 MB and run this again.",
    ),
    (
        r"name resolution|NewConnectionError|ConnectTimeoutError|ProxyError|unreachable|Connection refused",
        "The package index cannot be reached: look at the network, or at pip's settings (proxy, mirror).",
    ),
    (
        r"SSLError|CERTIFICATE_VERIFY_FAILED",
        "The package index shows a certificate that pip does not trust: set pip's option `cert`.",
    ),
    (
        r"No matching distribution found|Could not find a version",
        "The package index does not offer a pinned version: an old mirror, or a pin that was withdrawn.",
    ),
    (
        r"ensurepip",
        "This Python cannot make environments: install its venv (Debian: apt-get install python3-venv).",
    ),
    (r"Permission denied|Read-only file system", "The folder of the repository must be writable for you."),
)


class Trouble(Exception):
    """
    A step of the set-up that failed.

    Parameters
    ----------
    what : str
        What failed.
    cure : str
        What to do.

    Examples
    --------
    >>> str(Trouble("The folder .venv is a file.", "Move it away."))
    'The folder .venv is a file. Move it away.'
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what, cure)
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.what} {self.cure}"


def advice(output: str) -> str:
    """
    Return what to do about a command that failed with this output.

    Parameters
    ----------
    output : str
        All that the command printed.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> advice("OSError: [Errno 28] No space left on device")
    'The disk is full: free about 700 MB and run this again.'
    """
    for pattern, cure in ADVICE:
        if re.search(pattern, output):
            return cure
    return "Its last words are above."


def last_words(output: str, most: int = 8) -> str:
    """
    Return the lines of a failed command that tell most: its errors, else its end.

    Parameters
    ----------
    output : str
        All that the command printed.
    most : int
        How many lines at most.

    Returns
    -------
    str
        The lines, indented.

    Examples
    --------
    >>> print(last_words("Collecting a\\nERROR: no a\\nnotice"))
        ERROR: no a
    """
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"\s*(ERROR|error|OSError|Error)\b", line)]
    return "\n".join(f"    {line}" for line in (errors or lines)[-most:])
