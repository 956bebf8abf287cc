"""Triage of whole estates: seconds and memory by size, and how the cost grows.

The estates are drawn once into a folder and read again from there: drawing a large one takes minutes and is no part
of what is measured. Each measurement is a process of its own, and so is the tenant that it reads from: a copy, which
gets a thousand findings more.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from evals.benches.served import clean_environment, served
from evals.results import median

LIMITS = {"seconds": 120.0, "peak_mb": 6000.0, "added_s": 2.0}


def bench_triage(runs: int, sizes: Sequence[str], cache: Path | None, seed: int = 1) -> dict[str, Any]:
    """Measure the estates of these sizes, the median of `runs` each (by total seconds)."""
    with ExitStack() as stack:
        folder = cache or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="posture-bench-")))
        results = {size: _middle([_child(drawn(folder, size, seed)) for _ in range(runs)]) for size in sizes}
    largest = results[sizes[-1]]
    flat = {
        f"{size}_{name}": result[name]
        for size, result in results.items()
        for name in ("findings", "assets", "seconds", "cpu_s", "peak_mb", "added_s", "complete")
    }
    steps = {f"{sizes[-1]}_{n}": f"{s} s, {largest['shares'][n]:.0%}" for n, s in largest["steps"].items()}
    return {
        "bench": "triage",
        "runs": runs,
        "seed": seed,
        **flat,
        **steps,
        "exponent": exponent([(r["findings"], r["seconds"]) for r in results.values()]),
        "networkx_ratio": largest["networkx"]["ratio"],
        "limits": LIMITS,
        "kept": {name: largest[name] <= limit for name, limit in LIMITS.items()},
        "sizes": results,
    }


def drawn(folder: Path, size: str, seed: int) -> Path:
    """The data directory that holds an estate; drawn when it is not there yet."""
    from tools.tenant.database import TenantDatabase
    from tools.tenant.estate import seed as plant
    from tools.tenant.running import STORE

    home = folder / f"{size}-{seed}"
    ready = home / "estate.ready"
    if not ready.is_file():
        home.mkdir(parents=True, exist_ok=True)
        database = TenantDatabase.open(home / STORE)
        try:
            plant(database, size, seed)  # type: ignore[arg-type]
        finally:
            database.close()
        # Last, so that a store whose drawing was broken off is drawn anew.
        ready.write_text(f"{size}, seed {seed}\n", "utf-8")
    return home


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """The slope of log seconds over log findings by least squares: 1 is linear. None for a single size."""
    if len(points) < 2:
        return None
    xs = [math.log(n) for n, _ in points]
    ys = [math.log(s) for _, s in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)
    return round(slope, 3)


def _child(home: Path) -> dict[str, Any]:
    """The measurement of one estate; `peak_mb` is the memory of its process and of the tenant's together."""
    with copied(home) as place, served(place) as tenant:
        command = [sys.executable, "-m", "evals.benches.triage_steps", str(place), "compare"]
        environment = clean_environment(place)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        held = tenant.peak_mb() or 0.0
    if done.returncode:
        raise RuntimeError(f"the triage of {home.name} ended with {done.returncode}: {done.stderr[-500:]}")
    body: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    own = body["peak_mb"]
    return {**body, "own_peak_mb": own, "tenant_peak_mb": held, "peak_mb": round(own + held, 1)}


@contextmanager
def copied(home: Path) -> Iterator[Path]:
    """A copy of a drawn estate that findings may be loaded into: one that is marked as made up gives way to them."""
    from tools.tenant.database import TenantDatabase
    from tools.tenant.running import STORE

    if not (home / STORE).is_file():
        yield home
        return
    with tempfile.TemporaryDirectory(prefix=".measured-", dir=home.parent) as folder:
        place = Path(folder) / home.name
        place.mkdir()
        shutil.copyfile(home / STORE, place / STORE)
        with TenantDatabase.open(place / STORE) as database, database.writing() as cursor:
            cursor.execute("DELETE FROM local.meta WHERE name = 'demo'")
        yield place


def _middle(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    whole = median([r["seconds"] for r in results])
    return min(results, key=lambda r: abs(r["seconds"] - whole))
