"""Who is carrying out an effect right now, and whether that process can still be alive.

A lease runs out by the clock. One held by a process of this machine that is gone is free at once, so that a
restart after a crash does not have to wait.
"""

from __future__ import annotations

import os
import platform
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_held: set[str] = set()


@contextmanager
def holding() -> Iterator[str]:
    """The name of a new owner, alive inside the block."""
    owner = f"{_place()} {os.getpid()} {secrets.token_hex(8)}"
    _held.add(owner)
    try:
        yield owner
    finally:
        _held.discard(owner)


def is_gone(owner: str) -> bool:
    """True only if the owner certainly does not run any more; False when that cannot be told."""
    place, pid, _nonce = [*owner.rsplit(" ", 2), "", ""][:3]
    if place != _place() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return owner not in _held
    if sys.platform == "win32":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@cache
def _place() -> str:
    """One boot of one machine and one process-id namespace; elsewhere the same pid means nothing."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()
