"""Making very many objects at once without the collector of cycles walking all of them again and again."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 200_000
"""Objects made in one go from which it pays to set them apart: to walk fewer takes no time that anyone would notice."""

_LOCK = threading.Lock()
_inside = 0
_was_on = False


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold the cycle collector off while what is inside builds objects that stay and form no cycles.

    Reference counting goes on. Nested and concurrent uses are counted; the last one to leave turns it on again. Very
    many objects are then set apart: the collector would walk them once for each of its generations, and find nothing.
    They go when nothing refers to them any more; of cycles among them, `swept` gets rid.
    """
    global _inside, _was_on
    with _LOCK:
        if _inside == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _LOCK:
            _inside -= 1
            if _inside == 0:
                if gc.get_count()[0] >= MANY:
                    gc.freeze()
                if _was_on:
                    gc.enable()


def swept() -> None:
    """Free cycles among the objects that were set apart, after a large state was given up for a new one."""
    if gc.get_freeze_count() < MANY:
        return  # what is small is left to the collector
    with _LOCK:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
