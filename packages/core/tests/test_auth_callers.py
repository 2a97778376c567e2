"""Callers by key, certificate and password, and the application itself."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from cordio_core import Event, Request, emitted, every, get, queue
from cordio_core.auth import ApiKey, Auth, AuthSettings, Caller, Client, Refused, User, hashed, new_key
from cordio_core.auth._passwords import Hash
from cordio_core.tls import TlsSettings, client_context, peer, server_context

KEY, STORED = new_key()
PASSWORD = "correct horse: battery"
KEPT = hashed(PASSWORD)
RIGHTS = ("orders:write",)


def asked(auth: Auth, event: Event | None = None, *, basic: bool = False, **more: object) -> Caller | None:
    """Ask for the caller of a request."""
    request = Request(event or get("/"), **more)  # type: ignore[arg-type]
    return asyncio.run(auth.caller(request, basic=basic))


def keyed(**more: object) -> Auth:
    """Know one key."""
    return Auth(AuthSettings(keys={"till": ApiKey(STORED, RIGHTS)}, **more))  # type: ignore[arg-type]


def test_an_api_key_gives_its_holder() -> None:
    caller = asked(keyed(), headers={"x-api-key": KEY})
    assert caller == Caller("till", frozenset(RIGHTS), "key")
    assert KEY not in repr(caller) and STORED not in repr(caller)


def test_the_header_of_keys_can_be_set() -> None:
    auth = keyed(header="X-Till")
    assert asked(auth, headers={"x-till": KEY})
    assert asked(auth, headers={"x-api-key": KEY}) is None


@pytest.mark.parametrize(
    "wrong", ["", KEY[:-1], KEY + "x", KEY.upper(), f"{KEY}, {KEY}", "é", "\ud800", "x" * 2000]
)
def test_a_wrong_key_is_refused_and_not_repeated(wrong: str) -> None:
    with pytest.raises(Refused) as told:
        asked(keyed(), headers={"x-api-key": wrong})
    assert not wrong or wrong not in str(told.value)


def test_a_key_is_compared_with_all_whether_it_is_found_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(known: bytes, shown: bytes) -> bool:
        compared.append(known)
        return known == shown

    monkeypatch.setattr("hmac.compare_digest", compare)
    others = {f"holder {number}": ApiKey(new_key()[1]) for number in range(5)}
    for keys in ({"till": ApiKey(STORED), **others}, {**others, "till": ApiKey(STORED)}):
        compared.clear()
        assert asked(Auth(AuthSettings(keys=keys)), headers={"x-api-key": KEY})
        assert len(compared) == 6


def test_a_key_that_is_far_too_long_is_not_hashed() -> None:
    with pytest.raises(Refused, match="longer than 1024 characters"):
        asked(keyed(), headers={"x-api-key": 1025 * "x"})


def test_each_of_many_keys_is_found() -> None:
    made = {f"holder {number}": new_key() for number in range(30)}
    auth = Auth(AuthSettings(keys={name: ApiKey(stored) for name, (_, stored) in made.items()}))
    for name, (key, _) in made.items():
        caller = asked(auth, headers={"x-api-key": key})
        assert caller is not None and caller.name == name


def test_a_key_that_is_taken_back_is_refused_from_then_on() -> None:
    async def main() -> None:
        async with keyed() as auth:
            request = Request(get("/"), headers={"x-api-key": KEY})
            assert await auth.caller(request)
            await auth.health()
            await auth.take(replace(auth.settings, keys={}))
            with pytest.raises(Refused, match="it is nobody's"):
                await auth.caller(Request(get("/"), headers={"x-api-key": KEY}))

    asyncio.run(main())


def test_settings_that_cannot_be_used_leave_the_former_in_force(tmp_path: Path) -> None:
    async def main() -> None:
        async with keyed() as auth:
            lost = replace(auth.settings, keys={}, jwks=str(tmp_path / "no"), issuer="i", audience=("a",))
            with pytest.raises(Exception, match="No such file"):
                await auth.take(lost)
            assert await auth.caller(Request(get("/"), headers={"x-api-key": KEY}))

    asyncio.run(main())


def test_who_shows_nothing_is_nobody() -> None:
    for event in (get("/"), queue("orders.new")):
        assert asked(keyed(), event) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer a.b.c", "x-api-key": KEY},
        {"authorization": f"Basic {KEY}"},
        {"authorization": f"Key {KEY}"},
        {"authorization": f"Api Key {KEY}"},
        {"authorization": KEY},
        {"authorization": "Digest x"},
        {"authorization": "Bearer a.b.c"},
        {"authorization": ""},
        {"x-api-key": 7},
        {"x-api-key": b"bytes"},
        {"authorization": {"Bearer": 1}},
    ],
)
def test_credentials_that_are_not_taken_here_are_refused(headers: Mapping[str, str]) -> None:
    with pytest.raises(Refused):
        asked(keyed(), headers=headers)


@pytest.mark.parametrize("event", [every("1h"), emitted("order.placed")], ids=lambda event: event.kind)
def test_the_application_itself_may_what_the_settings_say(event: Event) -> None:
    assert asked(keyed(), event) == Caller(event.kind, frozenset(), "internal")
    assert asked(keyed(internal=RIGHTS), event) == Caller(event.kind, frozenset(RIGHTS), "internal")
    assert asked(keyed(internal=RIGHTS), get("/")) is None, "nobody outside gets them"


def test_a_caller_that_is_known_is_not_looked_for_again() -> None:
    async def main() -> None:
        request = Request(get("/"), headers={"x-api-key": KEY})
        auth = keyed()
        first = await auth.caller(request)
        assert request.caller is first and await auth.caller(request) is first

    asyncio.run(main())


def basic(user: str = "ann", password: str = PASSWORD) -> dict[str, str]:
    """Show a password (RFC 7617)."""
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def managed() -> Auth:
    """Know one user."""
    return Auth(AuthSettings(users={"ann": User(KEPT, ("state:read",))}))


def test_a_password_is_taken_only_where_it_is_asked_for() -> None:
    async def main() -> None:
        request, auth = Request(get("/state"), headers=basic()), managed()
        assert await auth.caller(request, basic=True) == Caller("ann", frozenset({"state:read"}), "password")
        for other in (request, Request(get("/"), headers=basic())):
            with pytest.raises(Refused, match="of this scheme"):
                await auth.caller(other)

    asyncio.run(main())


@pytest.mark.parametrize(
    "headers",
    [
        basic(password="sesame open!"),
        basic(user="bob"),
        basic(user=""),
        basic(password=""),
        basic(password="x" * 2000),
        {"authorization": "Basic"},
        {"authorization": "Basic !!!"},
        {"authorization": "Basic " + base64.b64encode(b"ann").decode()},
        {"authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()},
    ],
    ids=range(9),
)
def test_a_wrong_password_is_refused_and_not_repeated(headers: dict[str, str]) -> None:
    with pytest.raises(Refused) as told:
        asked(managed(), basic=True, headers=headers)
    assert "sesame" not in str(told.value)


def test_a_right_password_is_recognised_again_and_a_wrong_one_still_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[str] = []

    def fits(kept: Hash, password: str) -> bool:
        checked.append(password)
        return password == PASSWORD

    async def main() -> None:
        auth = managed()
        for _ in range(3):
            assert await auth.caller(Request(get("/"), headers=basic()), basic=True)
            with pytest.raises(Refused):
                await auth.caller(Request(get("/"), headers=basic(password="sesame")), basic=True)

    monkeypatch.setattr(Hash, "fits", fits)
    asyncio.run(main())
    assert checked == [PASSWORD, "sesame", "sesame", "sesame"]


def test_a_password_costs_the_same_for_a_user_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def fits(kept: Hash, password: str) -> bool:
        checked.append(password)
        return True

    monkeypatch.setattr(Hash, "fits", fits)
    with pytest.raises(Refused):
        asked(managed(), basic=True, headers=basic(user="bob"))
    assert checked == [PASSWORD]


CERTIFICATE: dict[str, object] = {
    "subject": ((("countryName", "NL"),), (("organizationName", "Shop, Inc"),), (("commonName", "orders"),)),
    "subjectAltName": (
        ("DNS", "Orders.Local"),
        ("URI", "spiffe://shop/orders"),
        ("email", "orders@shop.example"),
        ("IP Address", "192.0.2.7"),
        ("DirName", ((("commonName", "x"),),)),
    ),
    "fingerprint": 64 * "a",
}


@pytest.mark.parametrize(
    "named",
    [
        {"subject": r"CN=orders,O=Shop\, Inc,C=NL"},
        {"san": "dns:orders.local"},
        {"san": "DNS:ORDERS.local"},
        {"san": "uri:spiffe://shop/orders"},
        {"san": "email:orders@shop.example"},
        {"san": "ip:192.0.2.7"},
        {"fingerprint": 64 * "A"},
        {"fingerprint": ":".join(32 * ["AA"])},
    ],
    ids=lambda named: "".join(named.values())[:40],
)
def test_a_certificate_is_recognised_by_what_names_it(named: dict[str, str]) -> None:
    client = replace(Client(**named), rights=RIGHTS)  # type: ignore[arg-type]
    auth = Auth(AuthSettings(certificates={"orders": client}))
    caller = asked(auth, certificate=CERTIFICATE)
    assert caller == Caller("orders", frozenset(RIGHTS), "certificate")


@pytest.mark.parametrize(
    "named",
    [
        {"subject": "CN=orders"},
        {"subject": "orders"},
        {"san": "dns:local"},
        {"san": "dns:spiffe://shop/orders"},
        {"san": "uri:spiffe://shop/orders/more"},
        {"san": "uri:spiffe://SHOP/orders"},
        {"fingerprint": 64 * "b"},
    ],
    ids=lambda named: "".join(named.values())[:40],
)
def test_a_certificate_of_another_is_refused(named: dict[str, str]) -> None:
    auth = Auth(AuthSettings(certificates={"orders": Client(**named)}))  # type: ignore[arg-type]
    for certificate in (CERTIFICATE, {}, {"subject": (), "fingerprint": None}):
        with pytest.raises(Refused, match="the certificate is refused: it is nobody's"):
            asked(auth, certificate=certificate)


def test_a_certificate_counts_only_where_some_are_known_and_a_key_counts_first() -> None:
    assert asked(keyed(), certificate=CERTIFICATE) is None
    auth = keyed(certificates={"orders": Client(san="dns:orders.local")})
    caller = asked(auth, certificate=CERTIFICATE, headers={"x-api-key": KEY})
    assert caller is not None and caller.kind == "key"
    with pytest.raises(Refused):
        asked(auth, certificate=CERTIFICATE, headers={"x-api-key": "wrong"})


def shake_hands(settings: TlsSettings, client: ssl.SSLContext) -> Mapping[str, object] | None:
    """Return the peer that a real server sees."""

    async def main() -> Mapping[str, object] | None:
        seen: asyncio.Future[Mapping[str, object] | None] = asyncio.get_running_loop().create_future()

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.set_result(peer(writer.get_extra_info("ssl_object")))
            writer.close()

        server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=server_context(settings))
        async with server:
            port = server.sockets[0].getsockname()[1]
            _, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=client, server_hostname="localhost"
            )
            found = await asyncio.wait_for(seen, 10)
            writer.transport.abort()
        return found

    return asyncio.run(main())


def issued(ca: trustme.CA, folder: Path, *names: str, owner: str | None = None) -> TlsSettings:
    """Write a certificate with its authority."""
    leaf = ca.issue_cert(*names, common_name=owner, organization_name=owner and 'A+B "C"')
    files = [folder / name for name in ("a.pem", "a.key", "ca.pem")]
    leaf.cert_chain_pems[0].write_to_path(files[0])
    leaf.private_key_pem.write_to_path(files[1])
    ca.cert_pem.write_to_path(files[2])
    return TlsSettings(certificate=str(files[0]), key=str(files[1]), authorities=str(files[2]))


def test_the_certificate_of_a_real_client_is_recognised(tmp_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    ca, own = trustme.CA(), tmp_path / "client"
    own.mkdir()
    server = replace(issued(ca, tmp_path, "localhost"), clients="optional")
    client = issued(ca, own, "orders.local", "192.0.2.7", owner="orders")
    seen = shake_hands(server, client_context(client))
    assert seen is not None
    read = x509.load_pem_x509_certificate(Path(client.certificate or "").read_bytes())
    for named in (
        Client(subject=read.subject.rfc4514_string()),
        Client(san="dns:orders.local"),
        Client(san="ip:192.0.2.7"),
        Client(fingerprint=read.fingerprint(SHA256()).hex()),
    ):
        caller = asked(Auth(AuthSettings(certificates={"orders": named})), certificate=seen)
        assert caller is not None and caller.name == "orders"
    assert shake_hands(server, client_context(TlsSettings(authorities=client.authorities))) is None
