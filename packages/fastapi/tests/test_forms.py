"""Forms and files, by FastAPI's own annotations."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import httpx
import pytest
from fastapi import File, Form, UploadFile
from packages.fastapi.tests.doubles import Runtime, attached, bound
from pydantic import BaseModel, ConfigDict, Field

from cordio_core import Size
from cordio_fastapi import HttpSettings, post

pytest.importorskip("python_multipart", reason="the extra forms is not installed")


class Address(BaseModel):
    model_config = ConfigDict(extra="forbid")

    street: Annotated[str, Field(min_length=2)]
    number: int = 1
    tags: list[str] = []


def posted(handler: Any, settings: HttpSettings | None = None, **given: Any) -> httpx.Response:
    async def main() -> httpx.Response:
        async with bound(attached((post("/"), handler)), Runtime(settings)) as (client, runtime):
            response = await client.post("/", **given)
            assert runtime.records == []
            return response

    return asyncio.run(main())


def wrong(response: httpx.Response) -> list[list[object]]:
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    return [error["loc"] for error in response.json()["errors"]]


async def fields(
    street: Annotated[str, Form()], service: object = None, number: Annotated[int, Form(ge=1)] = 1
) -> list[object]:
    return [street, number]


def test_fields_of_a_form_are_read_and_validated() -> None:
    assert posted(fields, data={"street": "Main", "number": "7"}).json() == ["Main", 7]
    assert posted(fields, files={"street": (None, "Main")}).json() == ["Main", 1]
    assert wrong(posted(fields, data={"number": "0"})) == [["body", "street"], ["body", "number"]]


async def model(address: Annotated[Address, Form()]) -> Address:
    return address


def test_a_model_is_filled_from_a_form() -> None:
    found = posted(model, data={"street": "Main", "tags": ["a", "b"]}).json()
    assert found == {"street": "Main", "number": 1, "tags": ["a", "b"]}
    assert wrong(posted(model, data={"street": "M"})) == [["body", "street"]]
    assert wrong(posted(model, data={"street": "Main", "more": "hunter2"})) == [["body", "more"]]


async def one(
    file: UploadFile, note: Annotated[str, Form()] = "", more: UploadFile | None = None
) -> list[object]:
    return [file.filename, file.content_type, (await file.read()).decode(), note, more is None]


def test_a_file_has_its_name_its_type_and_its_content_beside_the_fields() -> None:
    files = {"file": ("a.csv", b"1,2", "text/csv")}
    assert posted(one, files=files, data={"note": "n"}).json() == ["a.csv", "text/csv", "1,2", "n", True]
    assert posted(one, files={**files, "more": ("b", b"")}).json()[-1] is False


def test_a_file_that_is_missing_or_none_is_a_422_with_its_place() -> None:
    assert wrong(posted(one, data={"note": "n"})) == [["body", "file"]]
    assert wrong(posted(one, data={"file": "no file"})) == [["body", "file"]]


async def several(files: list[UploadFile], bare: Annotated[bytes, File()] = b"") -> list[object]:
    return [[file.filename for file in files], bare.decode()]


def test_several_files_come_in_their_order() -> None:
    sent = [("files", ("b", b"2")), ("files", ("a", b"1")), ("bare", ("c", b"3"))]
    assert posted(several, files=sent).json() == [["b", "a"], "3"]


def test_a_file_past_the_limit_of_the_body_is_a_413_and_one_below_is_taken() -> None:
    settings = HttpSettings(port=0, body_limit=Size("4KiB"))
    assert posted(one, settings, files={"file": ("a", b"x" * 3000)}).status_code == 200
    response = posted(one, settings, files={"file": ("a", b"x" * 5000)})
    assert (response.status_code, response.json()["code"]) == (413, "content_too_large")


# The oldest Starlette leaves the file of a form that it gave up on to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_past_the_limit_that_does_not_say_its_length_is_a_413_too() -> None:
    async def pieces() -> Any:
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(8):
            yield b"x" * 1024
        yield b"\r\n--b--\r\n"

    response = posted(
        one,
        HttpSettings(port=0, body_limit=Size("4KiB")),
        content=pieces(),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert (response.status_code, response.json()["code"]) == (413, "content_too_large")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b"--c\r\nnonsense"),
        ("multipart/form-data; boundary=b", b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"x" * 100_000),
    ],
)
def test_a_form_that_cannot_be_parsed_is_a_400_and_not_repeated(kind: str, content: bytes) -> None:
    response = posted(one, content=content, headers={"content-type": kind})
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert "xxx" not in response.text and "nonsense" not in response.text


def test_a_form_of_endless_fields_is_refused() -> None:
    response = posted(fields, content=b"&".join(b"f%d=1" % number for number in range(20_000)), headers=FORM)
    assert response.status_code in (400, 422)  # the oldest Starlette counts the fields of multipart alone


FORM = {"content-type": "application/x-www-form-urlencoded"}
