"""A project folder, and a way to load its configuration."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cordio_config import Config, ConfigError


@dataclass
class Project:
    """A project below a temporary folder."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file; folders are made."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, models: Mapping[str, type] | None = None, **rest: object) -> Config:
        """Load with the prefix PROG."""
        given = {"root": self.root, "env_prefix": "PROG", "environ": self.environ, **rest}
        load: Callable[..., Config] = Config.load
        return load(models, **given)

    def refusal(self, models: Mapping[str, type] | None = None, **rest: object) -> ConfigError:
        """Load what cannot be loaded."""
        with pytest.raises(ConfigError) as caught:
            self.load(models, **rest)
        assert caught.value.__cause__ is None and caught.value.__context__ is None
        return caught.value


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def powerless() -> Iterator[Project]:
    """A project whose user is not the superuser, who may read everything."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        project = Project(Path(folder))
        project.file("config/main.yaml", "limits: {burst: 5}")
        before = os.geteuid()
        try:
            yield project
        finally:
            os.seteuid(before)
