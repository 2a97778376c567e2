"""Bodies in gzip (RFC 1952); what comes out of one has a limit."""

from __future__ import annotations

import gzip
import zlib

__all__ = ["GZIP", "packed", "unpacked"]

GZIP = "gzip"

_WITH_HEADER = 31  # for zlib: a window of 2**15, in gzip


def packed(body: bytes) -> bytes:
    """Return it compressed, the same each time."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def unpacked(body: bytes, most: int) -> bytes:
    """Return what was compressed; raise ValueError if it is damaged or has more than `most` bytes."""
    found = bytearray()
    try:
        while body:
            stream = zlib.decompressobj(_WITH_HEADER)
            found += stream.decompress(body, most - len(found) + 1)
            if len(found) > most:
                raise ValueError(f"it has more than {most} bytes when it is unpacked")
            if not stream.eof:
                raise ValueError("it is no whole gzip")
            body = stream.unused_data
    except zlib.error as error:
        raise ValueError("it is no whole gzip") from error
    return bytes(found)
