"""Plain data as the arguments of a handler."""

import enum
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Annotated, Any, Literal

import pytest

from cordio_core import DataError, HandlerError
from cordio_core.data import Payload, PlainConverter, TypedConverter, converters
from cordio_core.protocols import Converter


class Colour(enum.Enum):
    """An enumeration."""

    RED = "red"


@dataclass
class Line:
    """A part of an order."""

    sku: str
    amount: int = 1


@dataclass
class Order:
    """An order."""

    lines: list[Line]
    colour: Colour | None = None
    notes: dict[str, float] = field(default_factory=dict)


KNOWN: list[Converter] = [PlainConverter(), *([TypedConverter()] if find_spec("pydantic") else [])]
BOTH = pytest.mark.parametrize("converter", KNOWN)


@BOTH
@pytest.mark.parametrize(
    ("annotation", "plain", "value"),
    [
        (int, 7, 7),
        (float, 7, 7.0),
        (str, "a", "a"),
        (bool, True, True),
        (object, [1], [1]),
        (Any, None, None),
        (int | None, None, None),
        (Literal["a", "b"], "a", "a"),
        (Annotated[int, "at most"], 3, 3),
        (list[int], [1, 2], [1, 2]),
        (tuple[int, ...], [1, 2], (1, 2)),
        (set[str], ["a"], {"a"}),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (Colour, "red", Colour.RED),
        (Line, {"sku": "A-1"}, Line("A-1")),
        (Order, {"lines": [{"sku": "A-1", "amount": 2}], "colour": "red", "notes": {"a": 1.5}},
         Order([Line("A-1", 2)], Colour.RED, {"a": 1.5})),
    ],
)  # fmt: skip
def test_plain_data_become_values(
    converter: Converter, annotation: object, plain: object, value: object
) -> None:
    read = converter.reader(annotation)
    assert read is not None
    assert read(plain) == value and type(read(plain)) is type(value)


@BOTH
@pytest.mark.parametrize(
    ("annotation", "plain"),
    [
        (int, "many"),
        (str, 7),
        (int, None),
        (list[int], 7),
        (list[int], ["a"]),
        (dict[str, int], []),
        (dict[str, int], {"a": "b"}),
        (Colour, "blue"),
        (Literal["a"], "c"),
        (Line, {}),
        (Line, 7),
        (Order, {"lines": [{"amount": 1}]}),
        (int | None, "a"),
    ],
)
def test_what_does_not_fit_is_a_value_error(converter: Converter, annotation: object, plain: object) -> None:
    read = converter.reader(annotation)
    assert read is not None
    with pytest.raises(ValueError):
        read(plain)


def test_without_a_library_a_field_that_is_not_known_is_told_with_its_way() -> None:
    read = PlainConverter().reader(Order)
    assert read is not None
    with pytest.raises(ValueError, match="^lines: 0: Line has no colour$"):
        read({"lines": [{"sku": "A-1", "colour": "red"}]})
    with pytest.raises(ValueError, match="^lines: 0: amount: int was expected, not bool$"):
        read({"lines": [{"sku": "A-1", "amount": True}]})


@pytest.mark.parametrize("annotation", [Callable[[], int], tuple[int, str], list[Callable[[], int]], "name"])
def test_what_the_standard_library_alone_does_not_know_is_left_to_others(annotation: object) -> None:
    assert PlainConverter().reader(annotation) is None


def payload(handler: Callable[..., object], *own: Converter) -> Payload:
    return Payload("here", list(inspect.signature(handler).parameters.values()), converters(own))


def test_one_structured_parameter_takes_all_and_others_take_what_they_name() -> None:
    def whole(line: Line) -> None: ...

    def optional(line: Line | None = None) -> None: ...

    def one(sku: str) -> None: ...

    def two(sku: str, amount: int = 5) -> None: ...

    data = {"sku": "A-1", "amount": 2}
    assert payload(whole).read(data) == {"line": Line("A-1", 2)}
    assert payload(optional).read(data) == {"line": Line("A-1", 2)}
    assert payload(optional).read(None) == {}
    assert payload(one).read(data) == {"sku": "A-1"}
    assert payload(one).read("A-1") == {"sku": "A-1"}
    assert payload(two).read(data) == data
    assert payload(two).read({"sku": "A-1"}) == {"sku": "A-1"}
    assert payload(lambda: None).read(data) == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "'sku, amount': no value was given"),
        (None, "'sku, amount': no value was given"),
        ([1], "values by name were expected, not list"),
        ({"sku": "A-1", "amount": "secret"}, "'amount': "),
    ],
)
def test_a_payload_that_does_not_fit_is_told_by_parameter_and_without_its_value(
    given: object, said: str
) -> None:
    def two(sku: str, amount: int) -> None: ...

    with pytest.raises(DataError) as error:
        payload(two).read(given)
    assert said in str(error.value) and "secret" not in str(error.value)


def test_a_type_that_nobody_knows_is_told_at_the_start() -> None:
    def odd(call: "object") -> None: ...

    odd.__annotations__["call"] = inspect.Parameter
    with pytest.raises(HandlerError, match=r"here has the parameter 'kind' of a type that nothing makes"):
        Payload(
            "here",
            [inspect.Parameter("kind", inspect.Parameter.KEYWORD_ONLY, annotation="odd")],
            [PlainConverter()],
        )
