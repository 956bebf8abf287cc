"""Whole processes from outside: a cold question, and the way from start to a usable page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from evals.results import median

_QUESTION = "which buckets are public"
_START_WITHIN_S = 60


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("POSTURE_", "OPENAI_"))}
    return {**kept, "POSTURE_HOME": str(home)}


def bench_ask(runs: int) -> dict[str, Any]:
    """`posture ask` on the demo estate with the built-in planner, a new process each time."""
    command = [sys.executable, "-m", "agent.cli", "ask", _QUESTION, "--json"]
    with tempfile.TemporaryDirectory(prefix="posture-bench-") as folder:
        environment = _environment(Path(folder))
        seconds: list[float] = []
        cpu: list[float] = []
        peak: list[float] = []
        for index in range(runs + 1):
            before = os.times()
            started = time.perf_counter()
            with subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            ) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            elapsed = time.perf_counter() - started
            if process.returncode != 0:
                raise RuntimeError(f"posture ask ended with {process.returncode}")
            if index:
                after = os.times()
                seconds.append(elapsed)
                cpu.append(
                    after.children_user
                    + after.children_system
                    - before.children_user
                    - before.children_system
                )
                peak.append(usage.ru_maxrss / 1024)
    return {
        "bench": "ask",
        "runs": runs,
        "wall_s_median": round(median(seconds), 3),
        "cpu_s_median": round(median(cpu), 3),
        "peak_mb_median": round(median(peak), 1),
        "wall_s": [round(s, 3) for s in seconds],
    }


def bench_page(runs: int) -> dict[str, Any]:
    """`posture chat --headless` from start until the login page is served; and the process's memory then."""
    seconds: list[float] = []
    memory: list[float] = []
    with tempfile.TemporaryDirectory(prefix="posture-bench-") as folder:
        for index in range(runs + 1):
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "agent.cli", "chat", "--headless", "--port", "0"],
                env=_environment(Path(folder)),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                address = _address(process)
                with urlopen(address, timeout=_START_WITHIN_S) as answer:
                    if answer.status != 200:
                        raise RuntimeError(f"the page answered {answer.status}")
                if index:
                    seconds.append(time.perf_counter() - started)
                    memory.append(_resident_mb(process.pid))
            finally:
                process.terminate()
                process.wait(timeout=30)
    return {
        "bench": "page",
        "runs": runs,
        "wall_s_median": round(median(seconds), 3),
        "resident_mb_median": round(median(memory), 1),
        "wall_s": [round(s, 3) for s in seconds],
    }


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    deadline = time.monotonic() + _START_WITHIN_S
    for line in process.stderr:
        if (found := re.search(r"https?://(?:127\.0\.0\.1|localhost):\d+", line)) is not None:
            address = found.group(0)
            while time.monotonic() < deadline:
                try:
                    with urlopen(address, timeout=5):
                        return address
                except OSError:
                    time.sleep(0.05)
        if time.monotonic() > deadline:
            break
    raise RuntimeError("posture chat named no address")


def _resident_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return int(found.group(1)) / 1024 if found else float("nan")
