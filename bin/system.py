"""What bin/services and bin/test share: where things lie, how a missing program is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("CPMG_VAR") or ROOT / "var").resolve()
LOGS = VAR / "log"


class Missing(Exception):
    """Why something can't be had, as a sentence for the reader."""


def say(text: str) -> None:
    """Tell the reader how it goes. Standard output is kept for results."""
    print(text, file=sys.stderr, flush=True)


def in_environment() -> None:
    """Continue under the project's own Python, so that `bin/...` works without `make`."""
    python = ROOT / ".venv" / "bin" / "python"
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve() and os.access(python, os.X_OK):
        os.execv(python, [str(python), *sys.argv])


def last_words(log: Path) -> str:
    """The line of a log that most likely says why it ends: the last with a cause, or the last."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    causes = [line for line in lines if re.search(r"(?i)exception|fatal|error: .", line)]
    causes = [line for line in causes if not line.startswith("at ")]
    return (causes or lines or ["no output"])[-1][:300]


def run_logged(name: str, command: list[str], timeout: float, **options: object) -> None:
    """Run a command with its output in var/log; on failure say what it was and where to read."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("w") as output:
        try:
            code = subprocess.run(  # type: ignore[call-overload]
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                **options,
            ).returncode
        except subprocess.TimeoutExpired:
            raise Missing(
                f"{command[0]} took longer than {timeout:.0f} s and was ended; see {log}"
            ) from None
        except OSError as error:
            raise Missing(f"{command[0]} can't be run: {error.strerror}") from None
    if code:
        raise Missing(f"{Path(command[0]).name} failed ({last_words(log)}); see {log}")


def install(package: str) -> None:
    """Install a Debian package, where this account may do so."""
    apt = shutil.which("apt-get")
    if not apt:
        raise Missing(f"{package} is not installed, and there is no apt-get here to install it")
    if os.geteuid() != 0:
        raise Missing(f"{package} is not installed (sudo apt-get install {package})")
    say(f"Installing the Debian package {package} ...")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_logged("apt-update", [apt, "update"], 300, env=quiet)
    command = [apt, "install", "--yes", "--no-install-recommends", package]
    run_logged(f"apt-{package}", command, 900, env=quiet)
