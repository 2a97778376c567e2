"""Projects in folders of their own."""

from __future__ import annotations

from pathlib import Path

UP = "from cordio import up\n\nup()\n"


def project(folder: Path, source: str, name: str | None = None) -> Path:
    """Lay out a project whose source folder has a name of its own: a process imports a module only once."""
    root = folder / (name or f"in_{folder.name}")
    (root / root.name).mkdir(parents=True)
    (root / root.name / "app.py").write_text(source)
    (root / "up.py").write_text(UP)
    return root
