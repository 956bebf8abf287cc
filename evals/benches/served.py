"""The local tenant in a process of its own, so that a measured process waits for it as for any other tenant."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.tenant.server.tenant_file import read

_START_WITHIN_S = 60.0
_STOP_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A tenant that runs."""

    pid: int

    def peak_mb(self) -> float | None:
        """The most memory that its process had so far; None where the system does not tell."""
        try:
            text = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        except OSError:
            return None
        found = re.search(r"VmHWM:\s+(\d+) kB", text)
        return round(int(found.group(1)) / 1024, 1) if found else None


def clean_environment(home: Path) -> dict[str, str]:
    """Our own environment without settings of the person who measures."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("POSTURE_", "OPENAI_"))}
    return {**kept, "POSTURE_HOME": str(home)}


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The tenant of this data directory for as long as the block lasts. `RuntimeError` if it does not start."""
    command = [sys.executable, "-m", "agent.cli", "tenant", "serve"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=clean_environment(home), stdout=said, stderr=said)
        try:
            deadline = time.monotonic() + _START_WITHIN_S
            while (found := read(home)) is None or found.pid != process.pid:
                if process.poll() is not None or time.monotonic() > deadline:
                    said.seek(0)
                    words = said.read().decode("utf-8", "replace").strip()[-500:]
                    raise RuntimeError(f"the tenant of {home.name} did not start: {words}")
                time.sleep(0.05)
            yield Served(process.pid)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
