"""Loading a large scan: seconds, and memory while it streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from evals.results import median


def write_repeated(sample: Path, target: Path, count: int) -> int:
    """A scan of `count` records: the sample's, again and again under new finding and resource ids. Bytes written."""
    records = json.loads(sample.read_text("utf-8"))
    texts = [json.dumps(r, ensure_ascii=False, separators=(",", ":")) for r in records]
    uids = [r["finding_info"]["uid"] for r in records]
    with target.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for index in range(count):
            turn, place = divmod(index, len(texts))
            text = texts[place]
            if turn:
                old = json.dumps(uids[place])
                text = text.replace(f'"uid":{old}', f'"uid":{json.dumps(f"{uids[place]}-r{turn}")}')
                resource = records[place]["resources"][0]["uid"]
                text = text.replace(
                    f'"uid":{json.dumps(resource)}', f'"uid":{json.dumps(f"{resource}-r{turn}")}'
                )
            stream.write(("," if index else "") + text)
        stream.write("]")
    return target.stat().st_size


def bench_load(count: int, runs: int) -> dict[str, Any]:
    """`posture tenant load` of `count` OCSF records into an empty tenant, a new process each time."""
    from evals.benches.process import _environment
    from evals.cli import real_findings

    seconds: list[float] = []
    peaks: list[float] = []
    growth: list[float] = []
    with tempfile.TemporaryDirectory(prefix="posture-bench-") as folder:
        file = Path(folder) / "large.ocsf.json"
        size = write_repeated(real_findings(), file, count)
        for index in range(runs):
            home = Path(folder) / f"home-{index}"
            command = [sys.executable, "-m", "agent.cli", "tenant", "load", str(file), "--json"]
            started = time.perf_counter()
            process = subprocess.Popen(
                command, env=_environment(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            samples: list[float] = []
            watcher = threading.Thread(target=_watch, args=(process.pid, samples), daemon=True)
            watcher.start()
            output, _ = process.communicate()
            seconds.append(time.perf_counter() - started)
            watcher.join(timeout=5)
            body = json.loads(output)
            if process.returncode or body["read"] != count or body["skipped"]:
                raise RuntimeError(f"the load read {body.get('read')} of {count}")
            peaks.append(max(samples))
            # Flat means that the second half needs no more than the first.
            half = len(samples) // 2
            growth.append(max(samples[half:]) - max(samples[: half or 1]))
    return {
        "bench": "load",
        "records": count,
        "file_mb": round(size / 1e6, 1),
        "runs": runs,
        "wall_s_median": round(median(seconds), 2),
        "peak_mb_median": round(median(peaks), 1),
        "second_half_growth_mb_median": round(median(growth), 1),
        "wall_s": [round(s, 2) for s in seconds],
    }


def _watch(pid: int, samples: list[float]) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while True:
        try:
            resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
        except (OSError, IndexError):
            return
        if resident:
            samples.append(resident / 1e6)
        time.sleep(0.05)
