"""Pages of other origins, the names of the service, and headers that protect browsers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from packages.fastapi.tests.doubles import Runtime, attached, bound
from pydantic import ValidationError

from cordio_core import Response
from cordio_fastapi import HttpSettings, get
from cordio_fastapi._cors_settings import CorsSettings

SHOP = {"origin": "https://shop.example"}
ASKS = {**SHOP, "access-control-request-method": "PUT"}
MARKS = ("access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers")


async def quick() -> Response:
    return Response("done", headers={"x-frame-options": "SAMEORIGIN"})


def answered(settings: dict[str, Any], method: str = "GET", path: str = "/", **headers: str) -> httpx.Response:
    async def main() -> httpx.Response:
        runtime = Runtime(HttpSettings.model_validate({"port": 0, **settings}))
        async with bound(attached((get("/"), quick)), runtime) as (client, _):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named)

    return asyncio.run(main())


def cors(**more: object) -> dict[str, Any]:
    return {"cors": {"origins": ["https://shop.example"], **more}}


def test_no_page_of_another_origin_may_read_anything_unless_set() -> None:
    found = answered({}, **SHOP)
    assert found.status_code == 200 and not set(MARKS) & set(found.headers) and "vary" not in found.headers
    assert answered({}, "OPTIONS", **{k.replace("-", "_"): v for k, v in ASKS.items()}).status_code == 405


def test_a_page_of_a_named_origin_may_read_answers_and_errors() -> None:
    for path in ("/", "/missing"):
        found = answered(cors(credentials=True, exposed=["X-Total"]), path=path, **SHOP)
        assert [found.headers[name] for name in MARKS] == ["https://shop.example", "true", "X-Total"]
        assert found.headers["vary"] == "Origin"


def test_a_page_of_another_origin_may_not_but_caches_are_told() -> None:
    found = answered(cors(), origin="https://evil.example")
    assert "access-control-allow-origin" not in found.headers and found.headers["vary"] == "Origin"
    assert answered(cors()).headers["vary"] == "Origin"


def test_a_browser_that_asks_is_told_the_terms_without_the_handler() -> None:
    found = answered(cors(max_age="1m"), "OPTIONS", **{k.replace("-", "_"): v for k, v in ASKS.items()})
    assert found.status_code == 204
    assert "PUT" in found.headers["access-control-allow-methods"]
    assert "Content-Type" in found.headers["access-control-allow-headers"]
    assert found.headers["access-control-max-age"] == "60"
    assert found.headers["access-control-allow-origin"] == "https://shop.example"


@pytest.mark.parametrize(
    "asks",
    [
        {"origin": "https://evil.example", "access_control_request_method": "PUT"},
        {"origin": "https://shop.example", "access_control_request_method": "TRACE"},
        {
            "origin": "https://shop.example",
            "access_control_request_method": "GET",
            "access_control_request_headers": "content-type, x-secret",
        },
    ],
)
def test_a_browser_is_told_no_by_403(asks: dict[str, str]) -> None:
    assert answered(cors(), "OPTIONS", **asks).status_code == 403


def test_all_origins_may_be_let_in_but_not_as_the_user() -> None:
    found = answered({"cors": {"origins": ["*"]}}, origin="https://any.example")
    assert found.headers["access-control-allow-origin"] == "*" and "vary" not in found.headers
    with pytest.raises(ValidationError, match="act as the user"):
        CorsSettings(origins=("*",), credentials=True)
    for wrong in ("shop.example", "https://shop.example/path"):
        with pytest.raises(ValidationError, match="is no origin"):
            CorsSettings(origins=(wrong,))
    with pytest.raises(ValidationError, match="no name of a method or a header"):
        CorsSettings(headers=("a b",))


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("api.example", 200),
        ("API.example:8000", 200),
        ("a.shop.example", 200),
        ("[::1]:8000", 200),
        ("shop.example", 421),
        ("evil.example", 421),
        ("evilshop.example", 421),
        ("", 421),
    ],
)
def test_a_service_is_called_by_its_names_alone(host: str, status: int) -> None:
    settings = {"hosts": ["api.example", "*.shop.example", "[::1]"]}
    assert answered(settings, host=host).status_code == status
    assert answered({}, host=host).status_code == 200


def test_answers_protect_browsers_unless_the_handler_knows_better() -> None:
    found = answered({})
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["x-frame-options"] == "SAMEORIGIN"
    assert answered({}, path="/missing").headers["x-frame-options"] == "DENY"
    assert "x-content-type-options" not in answered({"security_headers": {}}).headers
    with pytest.raises(ValidationError, match="no header may hold"):
        HttpSettings(security_headers={"a": "b\nc"})


def test_browsers_are_told_to_come_by_https_only_over_https() -> None:
    proxied = {"hsts": "1d", "proxies": {"trusted": ["127.0.0.1"]}}
    assert "strict-transport-security" not in answered(proxied).headers
    found = answered(proxied, x_forwarded_for="192.0.2.1", x_forwarded_proto="https")
    assert found.headers["strict-transport-security"] == "max-age=86400"
