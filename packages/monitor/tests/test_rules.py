"""The rules of masking are extended by settings, for all sinks."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import Collected

from cordio_monitor import LogSettings, MaskSettings, Monitor, SettingError, log, mask
from cordio_monitor._metric_names import MetricNames
from cordio_monitor._policy import install


class Address(NamedTuple):
    """Where somebody lives."""

    street: str
    city: str


@pytest.fixture
def rules() -> Iterator[None]:
    """Some rules of a user's own."""
    installed = install(
        MaskSettings(
            names=("iban", "Tax-Number"),
            paths=("order.customer.address", "items.*.note"),
            patterns=(r"EMP-\d{4}",),
            emails=True,
            shown=("max_tokens",),
        )
    )
    yield
    installed.remove()


def test_what_was_decided_by_other_rules_is_forgotten() -> None:
    value = {"iban": "DE02", "text": "iban=DE02"}
    assert mask(value) == value
    installed = install(MaskSettings(names=("iban",)))
    assert mask(value) == {"iban": "***", "text": "iban=***"}
    installed.remove()
    assert mask(value) == value


def test_a_path_leads_through_named_tuples_and_keeps_tuples() -> None:
    installed = install(MaskSettings(paths=("at.street", "pairs.x")))
    try:
        masked = mask({"at": Address("x", "Berlin"), "pairs": ({"x": 1}, {"y": 2})})
    finally:
        installed.remove()
    assert masked == {"at": {"street": "***", "city": "Berlin"}, "pairs": ({"x": "***"}, {"y": 2})}


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"customerIBAN": "DE02", "ibanity": "x"}, {"customerIBAN": "***", "ibanity": "x"}),
        ({"tax_number": 1, "number": 1}, {"tax_number": "***", "number": 1}),
        (
            {"order": {"customer": {"address": {"zip": 1}, "id": 2}}},
            {"order": {"customer": {"address": "***", "id": 2}}},
        ),
        ({"order": [{"customer": {"address": 1}}]}, {"order": [{"customer": {"address": "***"}}]}),
        ({"items": {"a": {"note": 1, "n": 2}}}, {"items": {"a": {"note": "***", "n": 2}}}),
        ("for EMP-1234 by ann@example.org", "for *** by ***"),
        ("iban=DE02 rest", "iban=*** rest"),
        ({"max_tokens": 100, "tokens": 100}, {"max_tokens": 100, "tokens": "***"}),
    ],
)
def test_names_paths_patterns_and_exceptions_of_ones_own(value: object, masked: object) -> None:
    assert mask(value) == masked


def test_without_them_it_is_as_before() -> None:
    value = {"iban": "DE02", "order": {"customer": {"address": 1}}, "text": "EMP-1234 ann@example.org"}
    assert mask(value) == value and mask({"max_tokens": 1}) == {"max_tokens": "***"}


def test_the_settings_of_a_monitor_hold_for_its_sinks_while_it_runs() -> None:
    sink = Collected()

    async def main() -> None:
        masking = MaskSettings(names=("iban",), paths=("user.street",))
        async with Monitor("orders", [sink], LogSettings(capture=False), masking=masking):
            log.info("placing", iban="DE02", user={"street": "x", "name": "ann"})

    asyncio.run(main())
    assert sink["placing"].fields == {"iban": "***", "user": {"street": "***", "name": "ann"}}
    assert mask({"iban": "DE02"}) == {"iban": "DE02"}


@pytest.mark.parametrize("text", ["(", ".*", "x*", "$"])
def test_a_pattern_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match=r"mask.patterns: .* a regular expression that fits some text"):
        MaskSettings(patterns=(text,))


def test_the_names_of_metrics_inject_nothing_and_are_not_too_many() -> None:
    names = MetricNames(limit=3)
    assert names.clean("evil\nother.metric:1|c") == "evil_other.metric_1_c"
    assert names.clean("a|b@0.1#t") == "a_b_0.1_t" and names.clean("  ") == "unnamed"
    assert [names.clean(str(number)) for number in range(3)] == ["overflow"] * 3
    assert names.overflowed == 3 and names.clean("evil\nother.metric:1|c") == "evil_other.metric_1_c"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
def test_any_name_of_a_metric_becomes_a_safe_one(name: str) -> None:
    cleaned = MetricNames().clean(name)
    assert cleaned.isascii() and not set(cleaned) & set("\n:|@# ") and 0 < len(cleaned) <= 200
