"""The demo estate: a made-up company's clouds, what scanners found in them, and the attack paths that are there.

The same size, seed and moment give the same rows. The estate is marked as a demo: the first real load replaces
it. What is planted in it is kept apart, for the evals alone (`planted`).
"""

from __future__ import annotations

from tools.tenant.estate.manifest import planted
from tools.tenant.estate.seeding import SIZES, Size, seed, write_folder

__all__ = ["SIZES", "Size", "planted", "seed", "write_folder"]
