"""Authorization over HTTP: who is let in, who is told what, and what the document says of it."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import httpx
from packages.fastapi.tests.certificates import Authority
from packages.fastapi.tests.doubles import Container, Guard, Log, Runtime, bound

from cordio_core import Plan, Request
from cordio_core.auth import ApiKey, Auth, AuthSettings, Caller, Client, User, allow, hashed, new_key
from cordio_core.tls import TlsSettings
from cordio_fastapi import HttpEntrypoint, HttpSettings, get, post

KEY, HASH = new_key()
WEAK, WEAK_HASH = new_key()


async def place(order_id: int, caller: Caller) -> str:
    return f"{caller.name} by {caller.kind}: {order_id}"


async def manage(caller: Caller, request: Request) -> str:
    return f"{caller.name} by {caller.kind}"


async def anyone() -> str:
    return "open"


def settings(**more: object) -> AuthSettings:
    keys = {"till": ApiKey(HASH, ("orders:write",)), "guest": ApiKey(WEAK_HASH)}
    users = {"ann": User(hashed("hunter2-hunter2"), ("admin",))}
    return AuthSettings(keys=keys, users=users, **more)  # type: ignore[arg-type]  # whatever the settings take


def made(auth: AuthSettings) -> HttpEntrypoint:
    entrypoint = HttpEntrypoint()
    container = Container({"auth": Auth(auth), "log": Log()})
    entrypoint.attach(
        [
            Plan(post("/orders/{order_id}"), place, container, Guard(), before=[allow("orders:write")]),
            Plan(get("/manage"), manage, container, Guard(), before=[allow("admin", basic=True)]),
            Plan(get("/open"), anyone, container, Guard()),
        ]
    )
    return entrypoint


def answered(method: str, path: str, **headers: str) -> httpx.Response:
    async def main() -> httpx.Response:
        auth = settings()
        async with bound(made(auth), Runtime(auth=auth)) as (client, _):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named)

    return asyncio.run(main())


def test_a_caller_with_the_right_comes_in_and_is_injected() -> None:
    found = answered("POST", "/orders/7", x_api_key=KEY)
    assert (found.status_code, found.json()) == (200, "till by key: 7")


def test_a_caller_without_credentials_is_asked_for_them_before_the_data_are_read() -> None:
    found = answered("POST", "/orders/seven")
    assert found.status_code == 401 and found.headers["www-authenticate"] == "Bearer"
    assert found.json()["code"] == "unauthorized"
    assert found.headers["content-type"] == "application/problem+json"


def test_credentials_that_do_not_hold_are_told_so() -> None:
    for headers in ({"x_api_key": "wrong"}, {"authorization": "Bearer abc"}):
        found = answered("POST", "/orders/7", **headers)
        assert found.status_code == 401 and "invalid_token" in found.headers["www-authenticate"]


def test_a_caller_without_the_right_is_forbidden() -> None:
    found = answered("POST", "/orders/7", x_api_key=WEAK)
    assert found.status_code == 403 and found.json()["code"] == "forbidden"


def test_a_password_is_taken_for_management_alone() -> None:
    basic = f"Basic {base64.b64encode(b'ann:hunter2-hunter2').decode()}"
    assert answered("GET", "/manage", authorization=basic).json() == "ann by password"
    assert answered("POST", "/orders/7", authorization=basic).status_code == 401
    asked = answered("GET", "/manage").headers["www-authenticate"]
    assert asked == 'Bearer, Basic realm="management", charset="UTF-8"'


def test_a_client_certificate_comes_in_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = TlsSettings(certificate=str(authority.server()), authorities=str(authority.file), clients="optional")
    auth = settings(certificates={"depot": Client(san="dns:depot.local", rights=("orders:write",))})

    async def asked(entrypoint: HttpEntrypoint, client: Path | None) -> httpx.Response:
        async with httpx.AsyncClient(verify=authority.trusting(client), trust_env=False) as http:
            return await http.post(f"{entrypoint.addresses[0]}/orders/7")

    async def main() -> None:
        entrypoint = made(auth)
        await entrypoint.start(Runtime(HttpSettings(port=0), tls=tls, auth=auth))
        try:
            assert (await asked(entrypoint, authority.client("depot"))).json() == "depot by certificate: 7"
            assert (await asked(entrypoint, authority.client("stranger"))).status_code == 401
            assert (await asked(entrypoint, None)).status_code == 401
        finally:
            await entrypoint.stop(5)

    asyncio.run(main())


def document(auth: AuthSettings) -> dict[str, Any]:
    async def main() -> dict[str, Any]:
        entrypoint = made(auth)
        async with bound(entrypoint, Runtime(auth=auth)) as (client, _):
            entrypoint.bind(Runtime(auth=auth))  # a second start describes it once
            found: dict[str, Any] = (await client.get("/openapi.json")).json()
            return found

    return asyncio.run(main())


def test_the_document_tells_of_each_way_in_that_is_set() -> None:
    more = {
        "jwks": "https://id.example/keys",
        "issuer": "https://id.example",
        "audience": ("orders",),
        "header": "X-Key",
        "certificates": {"depot": Client(san="dns:depot.local")},
    }
    found = document(settings(**more))
    assert found["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "certificate": {"type": "mutualTLS"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    order = found["paths"]["/orders/{order_id}"]["post"]
    rights = ["orders:write"]
    assert order["security"] == [{"bearer": rights}, {"apiKey": rights}, {"certificate": rights}]
    assert {"200", "401", "403", "422", "500"} == set(order["responses"])
    assert {"basic": ["admin"]} in found["paths"]["/manage"]["get"]["security"]
    assert "security" not in found["paths"]["/open"]["get"]


def test_the_document_tells_of_no_way_in_that_is_not_set() -> None:
    found = document(AuthSettings())
    assert "securitySchemes" not in found.get("components", {})
    assert "security" not in found["paths"]["/manage"]["get"]
    assert "401" in found["paths"]["/manage"]["get"]["responses"]


def test_callers_take_the_fast_way() -> None:
    assert [way.why for way in made(settings()).ways] == ["", "", ""]


def test_an_application_without_authorization_has_no_section_for_it() -> None:
    entrypoint = HttpEntrypoint()
    entrypoint.attach([Plan(get("/open"), anyone, Container({}), Guard())])
    assert "auth" not in entrypoint.sections and "auth" in made(settings()).sections
