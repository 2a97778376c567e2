"""What is written for a message is what the library underneath reads."""

from __future__ import annotations

from struct import pack

from hypothesis import given, settings
from hypothesis import strategies as st
from pamqp.header import ContentHeader

from cordio_amqp._frames import content, properties_of
from cordio_amqp._letter import HeaderValue, Letter

TEXT = st.text(max_size=60)
TEXTS = st.dictionaries(st.text(max_size=30), TEXT)
MIXED = st.dictionaries(
    st.text(max_size=30),
    st.none() | st.booleans() | TEXT | st.binary(max_size=60) | st.integers(-(2**63), 2**63 - 1),
)


def read(properties: bytes) -> ContentHeader:
    header = ContentHeader()
    header.unmarshal(pack(">HHQ", 60, 0, 0) + properties)
    return header


@settings(deadline=None)
@given(TEXTS | MIXED, st.text(min_size=1, max_size=60))
def test_headers_and_properties_arrive_as_they_were_given(
    headers: dict[str, HeaderValue], message_id: str
) -> None:
    letter = Letter.of("orders", "eu.placed", {"id": 1}, headers, message_id)
    said = read(properties_of(letter)).properties
    assert (said.headers or {}) == headers
    assert (said.message_id, said.content_type, said.delivery_mode) == (message_id, "application/json", 2)
    assert said.timestamp is not None and letter.properties["timestamp"] is not None
    assert said.timestamp == letter.properties["timestamp"].replace(microsecond=0)


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(1, 50))
def test_a_body_comes_together_again_from_its_frames(body: bytes, most: int) -> None:
    written, parts = content(1, b"\x00\x00", body, most), []
    while written:
        size = int.from_bytes(written[3:7])
        assert written[7 + size] == 0xCE and size <= max(most, 14)
        parts.append((written[0], written[7 : 7 + size]))
        written = written[8 + size :]
    (kind, header), *rest = parts
    assert kind == 2 and int.from_bytes(header[4:12]) == len(body)
    assert {kind for kind, _ in rest} <= {3} and b"".join(part for _, part in rest) == body
