"""`dealfit profile init`: a new folder with a small, commented profile that works."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import fail, out, say
from bot.cli.wiring import core

STARTER = Path(__file__).parents[1] / "profile" / "starter"
SCHEMA = "deal-profile.schema.json"
TEXTS = "proposal.yaml"
LONGEST_TITLE = 200
FILES = ("deal-profile.yaml", "people.yaml", "rates.yaml", "cases/first.yaml")


def init(
    folder: Annotated[Path, typer.Argument(help="The new folder, such as my-profile.", show_default=False)],
    currency: Annotated[str, typer.Option(help="The ISO code of the profile's money: USD, EUR, ...")] = "USD",
    title: Annotated[str, typer.Option(help="What the profile is called.")] = "Our Deal Profile",
) -> None:
    """Start a Deal Profile of your own: a folder with a small, commented one that passes lint and test.

    It holds the profile, the people who may approve, exchange rates, the texts of proposals, cases that guard it, and
    the schema by which editors help you write. Nothing that exists is overwritten.

    For example:

      dealfit profile init my-profile

      dealfit profile init services --currency EUR --title "Managed services"
    """
    from bot.deals.numbers import CURRENCY_CODES
    from bot.profile.schema import schema_bytes

    if currency not in CURRENCY_CODES:
        fail(f"--currency {currency}: write the ISO code in capitals, such as USD or EUR.")
    name = " ".join(title.split())
    if not 0 < len(name) <= LONGEST_TITLE or any(sign in name for sign in "\"'\\") or not name.isprintable():
        fail(f"--title: write one line of at most {LONGEST_TITLE} characters, without quotes.")
    existing = [each for each in (*FILES, TEXTS, SCHEMA) if (folder / each).exists()]
    if existing:
        fail(f"{folder / existing[0]} exists already. Nothing was written. Name a folder that is not there yet.")
    with core() as rooms:
        today = rooms.clock().date()
    data = {each: (STARTER / each).read_text(encoding="utf-8") for each in FILES}
    data["deal-profile.yaml"] = (
        data["deal-profile.yaml"]
        .replace("title: Our Deal Profile", f'title: "{name}"')
        .replace("effective: 2026-01-01", f"effective: {today}")
        .replace("currency: USD", f"currency: {currency}")
    )
    data["rates.yaml"] = data["rates.yaml"].replace("currency: USD", f"currency: {currency}")
    data[TEXTS] = _texts(folder, data["deal-profile.yaml"])
    files = {each: text.encode() for each, text in data.items()} | {SCHEMA: schema_bytes()}
    begun: list[Path] = []
    try:
        (folder / "cases").mkdir(parents=True, exist_ok=True)
        for each, content in files.items():
            with (folder / each).open("xb") as stream:
                begun.append(folder / each)
                stream.write(content)
    except OSError as error:
        _take_away(begun, folder / "cases", folder)
        fail(f"{folder}: {error.strerror or error}. Nothing was written. Name a folder that can be written.")
    for each in (*FILES, TEXTS, SCHEMA):
        out().print(str(folder / each), markup=False, soft_wrap=True)
    say(
        f"A small profile stands in {folder}. Next:\n"
        f"  export DEALFIT_PROFILE_DIR={folder}    tells Dealfit to use it\n"
        "  dealfit profile lint                   finds mistakes after each edit\n"
        "  dealfit profile test                   runs its cases\n"
        "  dealfit profile explain discount       says a rule in sentences\n"
        "docs/tutorial-first-profile.md leads on from here."
    )


def _take_away(begun: Sequence[Path], *folders: Path) -> None:
    """What was written before it broke off, so that the same command can be given again; folders only if empty."""
    with suppress(OSError):
        for file in begun:
            file.unlink()
        for folder in folders:
            folder.rmdir()


def _texts(folder: Path, profile: str) -> str:
    """The texts of proposals for this profile."""
    from bot.pipeline.proposals.beginning import begun_texts
    from bot.profile.loading import parse_profile
    from bot.settings import content_root

    facts = parse_profile(profile.encode(), "deal-profile.yaml").facts
    bundled = (content_root() / "profile" / TEXTS).read_text(encoding="utf-8")
    return begun_texts(bundled, str(folder / TEXTS), "Our firm", facts, people=False)
