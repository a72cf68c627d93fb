"""What is shipped is what was tested: the wheel carries the code and the content, and runs without the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.settings import HERE

ROOT = HERE.parent
CHECK = "import sys; sys.path.insert(0, sys.argv.pop(1)); from bot.cli import main; main()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_all_content(site):
    for name in ("profile", "knowledge", "prompts"):
        for file in (ROOT / name).rglob("*.*"):
            assert (site / "bot" / "content" / file.relative_to(ROOT)).is_file(), file
    assert (site / "bot" / "content" / "manifest.json").is_file()
    assert (site / "bot" / "knowledge" / "data" / "tokenizer.json").is_file()
    assert (site / "bot" / "playground" / "static" / "index.html").is_file()


def test_no_content_folder_shadows_the_standard_library(site):
    assert not (site / "profile").exists()
    assert list((ROOT / "profile").rglob("*.py")) == []
    command = [sys.executable, "-c", "import profile; print(profile.run.__module__)"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    assert done.stdout.strip() == "profile"


def test_the_wheel_checks_a_deal_with_its_own_content(site, tmp_path):
    arguments = ["check", "--no-record", "hospital, 120 beds, 8% discount"]
    done = subprocess.run(
        [sys.executable, "-P", "-c", CHECK, str(site), *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Managed services for regional hospitals" in done.stdout
