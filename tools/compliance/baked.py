"""Vectors of the shipped catalogs, computed beforehand so that the first search need not wait for them.

`python -m tools.compliance.baked` makes them again after a catalog has changed (a test says when that is
due). A file made from other texts or by another model is simply not used: the vectors are then computed here.
"""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

from tools.compliance.embedder import Vector

_SUFFIX = ".vectors.npz"
_STEPS = 127.0


def load(framework: str, model: str, digest: str) -> list[Vector] | None:
    """The vectors in the order of the catalog's phrases; None if none fit."""
    source = files("tools.compliance").joinpath("catalogs", f"{framework}{_SUFFIX}")
    if not source.is_file():
        return None
    import numpy as np

    try:
        with np.load(BytesIO(source.read_bytes()), allow_pickle=False) as content:
            if str(content["model"]) != model or str(content["digest"]) != digest:
                return None
            steps = content["vectors"].astype(np.float32)
    except (BadZipFile, KeyError, ValueError, OSError):
        return None
    unit = steps / np.clip(np.linalg.norm(steps, axis=1, keepdims=True), 1e-12, None)
    return list(unit)


def save(path: Path, model: str, digest: str, vectors: list[Vector]) -> None:
    """Write vectors as 8-bit steps of each vector's largest number; the loss is under 0.0005 of a cosine."""
    import numpy as np

    exact = np.array(vectors, dtype=np.float32)
    largest = np.clip(np.abs(exact).max(axis=1, keepdims=True), 1e-12, None)
    steps = np.rint(exact / largest * _STEPS).astype(np.int8)
    with path.open("wb") as target:
        np.savez_compressed(target, model=np.array(model), digest=np.array(digest), vectors=steps)


def main() -> None:
    """Make the vectors of every catalog of this checkout again."""
    from tools.compliance import catalog as catalogs
    from tools.compliance.embedder import MiniLmEmbedder
    from tools.compliance.vectors import digest, phrases

    embedder = MiniLmEmbedder()
    for name in catalogs.names():
        catalog = catalogs.load(name)
        vectors = embedder.embed([text for entry in catalog.entries for text in phrases(entry)])
        save(
            Path(__file__).parent / "catalogs" / f"{name}{_SUFFIX}", embedder.model, digest(catalog), vectors
        )


if __name__ == "__main__":
    main()
