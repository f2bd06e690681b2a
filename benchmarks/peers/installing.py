"""Installs the peers from PyPI and npm, and ourselves without the tests' tools, into a folder that git does not see."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PEERS = ROOT / "benchmarks" / ".peers"
LOCK = ROOT / "requirements.lock"
HEALTHCHAIN = "healthchain==0.16.1"
JAVASCRIPT = ("cql-execution@3.3.2", "cql-exec-fhir@2.2.0")


def healthchain() -> Path | None:
    """Its Python, or None where it cannot be had."""
    python = PEERS / "python" / "bin" / "python"
    done = PEERS / "python" / HEALTHCHAIN
    if not done.exists():
        if not _ran([sys.executable, "-m", "venv", str(PEERS / "python")]):
            return None
        if not _ran([str(python), "-m", "pip", "install", "--quiet", HEALTHCHAIN]):
            return None
        done.touch()
    return python


def ourselves() -> Path | None:
    """The Python of an installation from requirements.lock alone, or None where it cannot be had."""
    folder = PEERS / "ours"
    python, done = folder / "bin" / "python", folder / LOCK.name
    if not done.exists() or done.read_bytes() != LOCK.read_bytes():
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        if not _ran([sys.executable, "-m", "venv", "--clear", str(folder)]):
            return None
        if not _ran([*pip, "--require-hashes", "-r", str(LOCK)]):
            return None
        if not _ran([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]):
            return None
        shutil.copy(LOCK, done)
    return python


def javascript() -> bool:
    """Whether node and the CQL engine are there."""
    folder = PEERS / "node"
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    if (folder / "node_modules" / "cql-execution").exists():
        return True
    folder.mkdir(parents=True, exist_ok=True)
    return _ran(["npm", "install", "--silent", "--prefix", str(folder), *JAVASCRIPT])


def _ran(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False, timeout=900).returncode == 0
