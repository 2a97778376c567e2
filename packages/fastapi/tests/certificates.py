"""Certificates for a test."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

trustme = pytest.importorskip("trustme")

__all__ = ["Authority"]


class Authority:
    """An authority, and what it has signed, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._authority = folder, trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def server(self, name: str = "server") -> Path:
        """Write a certificate of this machine with its key; a former one of that name is replaced."""
        return self._written(name, self._authority.issue_cert("localhost", "127.0.0.1"))

    def client(self, name: str) -> Path:
        """Write the certificate of a client, whose common name and DNS name are its own."""
        return self._written(name, self._authority.issue_cert(f"{name}.local", common_name=name))

    def trusting(self, client: Path | None = None) -> ssl.SSLContext:
        """Make the context of a client that trusts this authority."""
        context = ssl.create_default_context(cafile=str(self.file))
        if client is not None:
            context.load_cert_chain(client)
        return context

    def _written(self, name: str, certificate: object) -> Path:
        path, fresh = self.folder / f"{name}.pem", self.folder / f"{name}.new"
        made: Any = certificate  # trustme's, which may not be installed
        made.private_key_and_cert_chain_pem.write_to_path(str(fresh))
        fresh.replace(path)
        return path
