"""What rules may answer is told without a failure; failures of other parts say by class what they are."""

from __future__ import annotations

import asyncio
import json

from cordio_errors import Errors, Retry, answer, rule


class OutOfStock(Exception):
    """Names what is missing."""

    def __init__(self, sku: str) -> None:
        super().__init__(sku)
        self.sku = sku


class SlowPart(TimeoutError):
    """A limit that another part keeps."""

    answer_code = "unavailable"


def test_each_code_that_rules_answer_has_an_example_with_its_fields_in_braces() -> None:
    errors = Errors()
    errors.catalogue(
        {"out_of_stock": {"http": {"status": 409, "title": "No stock", "detail": "{sku} is out"}}}
    )
    errors.on(LookupError, answer=answer("not_found"))
    errors.on(ZeroDivisionError, answer=answer("nobody_knows_this"))
    errors.on(OSError, retry=Retry(attempts=2, wait="1s"), ignore=False)
    told = errors.answers(rules=[rule(OutOfStock, answer=answer("out_of_stock"))])
    assert {code: each.status for code, each in told.items()} == {
        "not_found": 404,
        "out_of_stock": 409,
        "internal": 500,
    }
    document = json.loads(told["out_of_stock"].render("http").body)
    assert (document["code"], document["detail"]) == ("out_of_stock", "{sku} is out")
    assert "out_of_stock" not in errors.answers()


def test_a_failure_whose_class_says_unavailable_is_answered_so_unless_a_rule_speaks_of_it() -> None:
    errors = Errors()

    async def slow() -> None:
        raise SlowPart("30 s")

    def status() -> int:
        outcome = asyncio.run(errors.run(slow))
        assert outcome.answer is not None
        return outcome.answer.status

    assert status() == 503
    errors.on(SlowPart, answer=answer("not_found"))
    assert status() == 404
