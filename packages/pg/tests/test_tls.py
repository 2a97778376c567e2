"""TLS by libpq's names; an authority that is named is asked."""

import asyncio
import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cordio_pg import PgSettings, Postgres, TlsUnusable, Unavailable
from cordio_pg.embedded import Server

trustme = pytest.importorskip("trustme")

_IN_USE = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def files() -> Iterator[Path]:
    """Certificates: the authority's, the server's, a stranger's authority."""
    folder = Path(tempfile.mkdtemp(prefix="cordio-pg-tls-")).resolve()
    os.chmod(folder, 0o755)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "stranger.pem"))
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    issued.private_key_pem.write_to_path(str(folder / "server.key"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def secure(files: Path, free_port: int) -> Iterator[int]:
    """The port of a server with a certificate for 127.0.0.1."""
    with Server(files / "pg"):
        cluster = next(path.parent for path in files.rglob("postgresql.conf"))
    owner = cluster.stat()
    for name in ("server.pem", "server.key"):
        shutil.copy(files / name, cluster / name)
        os.chmod(cluster / name, 0o600)
        os.chown(cluster / name, owner.st_uid, owner.st_gid)
    options = {"ssl": "on", "ssl_cert_file": "server.pem", "ssl_key_file": "server.key", "fsync": "off"}
    with Server(files / "pg", port=free_port, password="pw", options=options):
        yield free_port


def _connected(port: int, **given: object) -> object:
    settings = PgSettings.model_validate({"port": port, "password": "pw", "outage": "100ms", **given})

    async def main() -> object:
        async with Postgres(settings) as pg:
            return await pg.fetchval(_IN_USE)

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("mode", "used"),
    [(None, True), ("disable", False), ("prefer", True), ("require", True)],
)
def test_a_mode_that_verifies_nothing_needs_no_authority(secure: int, mode: str | None, used: bool) -> None:
    assert _connected(secure, sslmode=mode) is used


@pytest.mark.parametrize("mode", [None, "require", "verify-ca", "verify-full"])
def test_the_authority_that_is_named_is_asked(secure: int, files: Path, mode: str | None) -> None:
    assert _connected(secure, sslmode=mode, sslrootcert=files / "ca.pem") is True
    with pytest.raises(Unavailable, match="certificate verify failed"):
        _connected(secure, sslmode=mode, sslrootcert=files / "stranger.pem")


def test_the_name_in_the_certificate_is_asked_for_by_default(secure: int, files: Path) -> None:
    assert _connected(secure, host="localhost", sslmode="verify-ca", sslrootcert=files / "ca.pem") is True
    with pytest.raises(Unavailable, match="certificate verify failed"):
        _connected(secure, host="localhost", sslrootcert=files / "ca.pem")


def test_without_an_authority_that_knows_it_a_server_is_not_verified(secure: int) -> None:
    with pytest.raises(Unavailable, match="certificate verify failed"):
        _connected(secure, sslmode="verify-full")


@pytest.mark.parametrize("setting", ["sslrootcert", "sslcert"])
def test_a_file_that_cannot_be_used_is_told_at_the_start(setting: str, files: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for name, reason in (("missing.pem", "No such file or directory"), ("empty.pem", "")):
        given = {"sslmode": "verify-full", setting: tmp_path / name}
        with pytest.raises(
            TlsUnusable, match=f"{name}, which the setting {setting} names, .* {reason}"
        ) as told:
            _connected(1, **given)
        assert told.value.exit_code == 78


@dataclass(frozen=True)
class Given:
    """What an application verifies servers by."""

    client: ssl.SSLContext


def test_what_the_application_verifies_by_counts_where_the_settings_name_no_files(
    secure: int, files: Path
) -> None:
    def asked(authority: str, **given: object) -> object:
        trust = Given(ssl.create_default_context(cafile=files / authority))
        settings = {"port": secure, "password": "pw", "outage": "100ms", "sslmode": "verify-full", **given}

        async def main() -> object:
            async with Postgres(PgSettings.model_validate(settings), trust=trust) as pg:
                return await pg.fetchval(_IN_USE)

        return asyncio.run(main())

    assert asked("ca.pem") is True
    with pytest.raises(Unavailable, match="certificate verify failed"):
        asked("stranger.pem")
    assert asked("stranger.pem", sslrootcert=files / "ca.pem") is True
    assert asked("stranger.pem", sslmode="require") is True
