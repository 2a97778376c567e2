"""Projects in folders of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

UP = "from cordio import up\n\nup()\n"


def project(folder: Path, source: str, name: str | None = None) -> Path:
    """Lay out a project whose source folder has a name of its own: a process imports a module only once."""
    root = folder / (name or f"in_{folder.name}")
    (root / root.name).mkdir(parents=True)
    (root / root.name / "app.py").write_text(source)
    (root / "up.py").write_text(UP)
    return root


def said(root: Path, *arguments: str, code: int = 0, **environment: str) -> str:
    """Run a command of a project; return what it says on both its streams."""
    done = subprocess.run(
        [sys.executable, "up.py", *arguments],
        cwd=root,
        env={**os.environ, "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout + done.stderr
