"""Codecs that packages announce."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cordio_amqp import Codec
from cordio_amqp._codecs import Codecs
from cordio_amqp._gzip import packed, unpacked


def test_a_codec_that_a_package_announces_is_found_by_its_content_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reverse-0.1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: reverse\nVersion: 0.1\n")
    (folder / "entry_points.txt").write_text(
        "[cordio.amqp.codecs]\napplication/reverse = reverse_codec:codec\n"
    )
    (tmp_path / "reverse_codec.py").write_text(
        "class Reverse:\n"
        "    content_type = 'application/reverse'\n"
        "    def encode(self, value): return str(value)[::-1].encode()\n"
        "    def decode(self, body): return body.decode()[::-1]\n"
        "codec = Reverse()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    codecs = Codecs()
    assert "reverse_codec" not in sys.modules, "nothing is loaded before it is named"
    assert codecs.find("application/other") is None
    found = codecs.find("Application/Reverse; charset=utf-8")
    assert isinstance(found, Codec) and found.decode(found.encode("abc")) == "abc"
    assert codecs.find("application/reverse") is found


@pytest.mark.parametrize("body", [b"", b"a", b"a" * 100])
def test_what_is_packed_comes_out_as_it_was_also_in_two_pieces(body: bytes) -> None:
    assert unpacked(packed(body), 100) == body
    assert unpacked(packed(body) + packed(b""), 100) == body
    with pytest.raises(ValueError, match="more than 100 bytes"):
        unpacked(packed(body) + packed(b"b" * 101), 100)
