"""The workspace of a load run: many reps, many channels, and the app's folders, made from the bundled content."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.bootstrap import Core
from bot.playground.model import Channel, User
from bot.playground.workspace import Workspace
from bot.settings import Settings, content_root

APP = "U0DEALFIT"
REPS = 60
CHANNELS = 60


def reps() -> list[str]:
    return [f"U0LOAD{n:03d}" for n in range(REPS)]


def channels() -> list[str]:
    return [f"C0LOAD{n:03d}" for n in range(CHANNELS)]


def make_workspace() -> Workspace:
    """The bundled workspace, with as many more people and channels as a firm has that asks 20 times a second."""
    workspace = Workspace.alphatech()
    for number, user in enumerate(reps()):
        workspace.add_user(User(user, f"load{number}", f"Load Rep {number}", f"load{number}@alphatech.example"))
        workspace.add_channel(Channel(f"D{user[1:]}", f"load{number}", [user, APP], kind="im"))
    for number, channel in enumerate(channels()):
        workspace.add_channel(Channel(channel, f"load-{number}", [*reps(), APP]))
    return workspace


def make_folder(folder: Path, made: Path | None = None) -> dict[str, str]:
    """The profile with the reps in it, the playbooks and their index; returns the settings that name them.

    `made` is a folder in which `profile`, `knowledge` and `data` with the index stand already.
    """
    root = made or content_root()
    for name in ("profile", "knowledge", *(("data",) if made else ())):
        shutil.copytree(root / name, folder / name)
    with (folder / "profile" / "people.yaml").open("a", encoding="utf-8") as people:
        for number in range(REPS):
            row = f"name: Load Rep {number}, email: load{number}@alphatech.example, roles: [rep], team: East"
            people.write(f"  load{number}: {{{row}, manager: morgan}}\n")
    settings = {
        "DEALFIT_PROFILE_DIR": str(folder / "profile"),
        "DEALFIT_KNOWLEDGE_DIR": str(folder / "knowledge"),
        "DEALFIT_DATA_DIR": str(folder / "data"),
        "DEALFIT_LOG_LEVEL": "WARNING",
    }
    if made:
        return settings
    core = Core(Settings.load(settings, env_file=None))
    core.make_data_dir()
    core.library.refresh()
    core.close()
    return settings


def copy_data(settings: dict[str, str], folder: Path) -> dict[str, str]:
    """The same settings with a data folder of its own, in which the index stands already."""
    shutil.copytree(Path(settings["DEALFIT_DATA_DIR"]) / "index", folder / "index", dirs_exist_ok=True)
    return {**settings, "DEALFIT_DATA_DIR": str(folder)}
