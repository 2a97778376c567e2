"""Fields are masked and written in one pass, which is to say what the plain way says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_monitor import MaskSettings
from cordio_monitor._fields import exception, told
from cordio_monitor._json import as_json
from cordio_monitor._json_fields import written
from cordio_monitor._masking import mask_fields
from cordio_monitor._policy import install
from cordio_monitor._record import develop
from cordio_monitor.sinks import Record

NAMES = st.sampled_from(
    ["sku", "n", "name", "value", "Value", "time", "error", "password", "api_key", "password=hunter2", "", "é"]
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["A-1", "password=hunter2", "4111 1111 1111 1111", "Bearer abcdef123456", "", "\x7f", "\ud800"]
    ),
)
NUMBERS = st.one_of(st.integers(), st.floats(), st.just(4111111111111111), st.booleans(), st.none())
PLAIN = st.one_of(TEXTS, NUMBERS, st.just(ValueError("token=hunter2")), st.just((1, "token=hunter2")))
VALUES = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3))
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=5)


def lined(fields: dict[str, object]) -> Record:
    return develop(("log", 20, 1_700_000_000_123_456_789, "placing", fields, None), "orders")


@given(fields=FIELDS)
def test_one_pass_says_what_masking_and_then_writing_says(fields: dict[str, object]) -> None:
    for _ in range(2):
        masked, body, error = told(fields)
        assert repr(masked) == repr(mask_fields(fields)) and body == written(masked)
        assert error is exception(fields)


@given(fields=FIELDS)
def test_a_record_has_the_line_that_it_would_have_if_a_sink_wrote_it(fields: dict[str, object]) -> None:
    record = lined(fields)
    assert record.json and record.line() == record.json == as_json(record)
    assert "hunter2" not in record.line() and isinstance(json.loads(record.line()), dict)


@pytest.mark.parametrize(
    "settings",
    [MaskSettings(names=("sku",)), MaskSettings(patterns=("oak [a-z]+",)), MaskSettings(paths=("sku",))],
    ids=["name", "pattern", "path"],
)
def test_what_was_seen_to_be_harmless_is_masked_as_soon_as_a_rule_says_so(settings: MaskSettings) -> None:
    fields: dict[str, object] = {"sku": "oak table", "order": {"name": "sku=oak table"}}
    for _ in range(2):
        assert "oak table" in lined(fields).line()
    installed = install(settings)
    try:
        for _ in range(2):
            assert '"sku": "***"' in lined(fields).line()
    finally:
        installed.remove()
    assert '"sku": "oak table"' in lined(fields).line()


def test_a_record_with_other_values_has_another_line() -> None:
    record = lined({"sku": "A-1"})
    assert '"sku": "B-7"' in record._replace(fields={"sku": "B-7"}).line()
