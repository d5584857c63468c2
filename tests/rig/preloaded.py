"""Small libraries in C that stand between a program and its files: preloaded into it."""

import shutil
import subprocess
from pathlib import Path

import pytest


def compiled(source: str, folder: Path) -> Path:
    """Compile a file of this folder; without a compiler the test is skipped."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("a C compiler is needed to stand between a program and its files")
    library = folder / f"{source}.so"
    path = Path(__file__).with_name(source)
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, path, "-ldl", "-lpthread"]
    subprocess.run(command, check=True, timeout=60)
    return library
