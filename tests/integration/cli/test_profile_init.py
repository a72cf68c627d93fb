"""A profile of one's own is started, and works at once."""

from __future__ import annotations

from bot.cli.profile_init import STARTER
from bot.profile.lint import lint
from bot.profile.loading import parse_profile
from bot.profile.schema import schema_bytes


def test_a_started_profile_passes_lint_and_its_own_strict_test(dealfit, tmp_path):
    folder = tmp_path / "my-profile"
    done = dealfit("profile", "init", folder, "--currency", "EUR", "--title", "Our  strategy")
    assert done.status == 0
    assert [line.rsplit("/", 1)[1] for line in done.out.split()] == [
        "deal-profile.yaml",
        "people.yaml",
        "rates.yaml",
        "first.yaml",
        "proposal.yaml",
        "deal-profile.schema.json",
    ]
    assert (folder / "deal-profile.schema.json").read_bytes() == schema_bytes()
    profile = parse_profile((folder / "deal-profile.yaml").read_bytes(), "p.yaml")
    assert (profile.title, profile.currency) == ("Our strategy", "EUR")
    where = {"DEALFIT_PROFILE_DIR": str(folder)}
    linted = dealfit("profile", "lint", **where)
    assert (linted.status, linted.out) == (0, "")
    tested = dealfit("profile", "test", "--strict", **where)
    assert tested.status == 0, tested.out
    assert "0 failed" in tested.err


def test_nothing_is_overwritten(dealfit, tmp_path):
    (tmp_path / "people.yaml").write_text("mine")
    done = dealfit("profile", "init", tmp_path)
    assert done.status == 2
    assert "exists already. Nothing was written" in done.err
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["people.yaml"]
    assert (tmp_path / "people.yaml").read_text() == "mine"


def test_what_cannot_be_used_is_refused(dealfit, tmp_path):
    assert "ISO code" in dealfit("profile", "init", tmp_path / "a", "--currency", "euro").err
    assert "without quotes" in dealfit("profile", "init", tmp_path / "a", "--title", 'The "best"').err
    (tmp_path / "file").write_text("x")
    assert "Name a folder that can be written" in dealfit("profile", "init", tmp_path / "file" / "a").err
    assert not (tmp_path / "a").exists()


def test_what_the_starter_has_behind_a_sign_is_right_too():
    text = (STARTER / "deal-profile.yaml").read_text()
    head, rates = text.split("# economics:\n")
    plain = "\n".join(line.removeprefix("#").removeprefix(" ") for line in rates.splitlines())
    profile = parse_profile(f"{head}economics:\n{plain}\n".encode(), "p.yaml")
    assert lint(profile, frozenset(), authorities=["sales-lead", "finance"]) == []
    trial = text.replace("    # mode: dry-run  ", "    mode: dry-run  ")
    assert [check.counted for check in parse_profile(trial.encode(), "p.yaml").checks] == [True, True, False]
