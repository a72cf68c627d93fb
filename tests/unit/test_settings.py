from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from bot.bootstrap import queue_url
from bot.settings import Settings, SettingsError
from bot.store.urls import read_url

TOKEN = "xoxb-1234567890-canary"


def load(**values: str) -> Settings:
    return Settings.load(values, env_file=None)


def test_without_anything_the_content_of_the_checkout_is_found():
    settings = load()
    assert settings.profile_path.is_file()
    assert settings.knowledge_dir.is_dir()
    assert settings.slack_api_url == "https://slack.com/api/"
    assert not settings.has_slack


def test_an_unknown_name_is_refused_with_the_name_that_was_meant():
    with pytest.raises(
        SettingsError, match=r"DEALFIT_DATA_DIRECTORY is not a setting. Did you mean DEALFIT_DATA_DIR\?"
    ):
        load(DEALFIT_DATA_DIRECTORY="x")


def test_names_of_others_are_left_alone():
    assert load(HOME="/home/x", SLACK_SOMETHING="y").data_dir == Path(".dealfit")


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEALFIT_PLAYGROUND_PORT", "no"), ("DEALFIT_LOG_LEVEL", "loud"), ("SLACK_API_URL", "ftp://x"), ("PORT", "70000")],
)
def test_a_wrong_value_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        load(**{name: value})


def test_secrets_are_in_no_words_about_the_settings():
    url = "postgresql://dealfit:hunter2canary@db/x"
    settings = load(SLACK_BOT_TOKEN=TOKEN, OPENAI_API_KEY="sk-canary-123456", DEALFIT_DATABASE_URL=url)
    for words in (repr(settings), str(settings), settings.model_dump_json()):
        assert "canary" not in words
    assert set(settings.secrets) == {TOKEN, "sk-canary-123456", "hunter2canary"}


def test_a_wrong_secret_is_not_repeated_in_the_error():
    with pytest.raises(SettingsError) as caught:
        load(SLACK_BOT_TOKEN=TOKEN, PORT="canary-no-number")
    assert TOKEN not in str(caught.value)


def test_a_file_is_read_and_the_environment_wins(tmp_path):
    file = tmp_path / ".env"
    file.write_text("DEALFIT_WORKERS=7\nOPENAI_MODEL=one\n")
    settings = Settings.load({"OPENAI_MODEL": "two"}, env_file=file)
    assert (settings.workers, settings.openai_model) == (7, "two")


def test_an_empty_value_is_no_value():
    assert load(SLACK_BOT_TOKEN="").slack_bot_token is None


def test_the_api_url_ends_with_a_slash():
    assert load(SLACK_API_URL="http://127.0.0.1:1/api").slack_api_url == "http://127.0.0.1:1/api/"


NONSENSE = (
    "-1", "0", "9" * 20, "1e400", "NaN", "abc", "\x00", "é", "true", "{}", "../..", "http://", "http://h:no",
    "http://[", "postgresql://", "x" * 5000, "70000", "-0.5", "* * * *", "61 * * * *", "0 * * * mon;rm",
)  # fmt: skip


def faults(name: str) -> list[str]:
    """What is said of each nonsense value that the setting refuses."""
    said = []
    for value in NONSENSE:
        with suppress(SettingsError):
            load(**{name: value})
            continue
        with pytest.raises(SettingsError) as caught:
            load(**{name: value})
        said.append(str(caught.value))
    return said


@pytest.mark.parametrize("field", Settings.model_fields.values(), ids=lambda field: str(field.alias))
def test_a_setting_takes_nonsense_or_refuses_it_by_its_name(field):
    name = str(field.alias)
    said = faults(name)
    assert [
        text for text in said if not text.startswith(f"{name}: ") or not text.endswith("Mend it or unset it.")
    ] == []
    free = field.annotation is Path or any(kind in str(field) for kind in ("str", "Path", "SecretStr"))
    checked = name.endswith(("_SCHEDULE", "_TIMEZONE", "_ENDPOINT", "_CHANNEL", "_LEVEL", "_FORMAT", "_API_URL"))
    address = name.endswith("_URL") and name not in {"DEALFIT_DATABASE_URL", "DEALFIT_WAREHOUSE_URL"}
    assert (len(said) > 5) == (not free or checked or address), (
        "what has a shape is checked; the rest is text or a place"
    )


@pytest.mark.parametrize("cron", ["0 * * * *", "*/5 6-18 1,15 1-12 0-7", "59 23 31 12 7", "*/10,3 * * * 1"])
def test_a_schedule_of_five_fields_is_taken(cron):
    assert load(DEALFIT_SYNC_SCHEDULE=cron).sync_schedule == cron


def test_the_databases_stand_in_the_data_folder_whatever_it_is_called(tmp_path):
    folder = tmp_path / "100%20 of what? #1"
    settings = load(DEALFIT_DATA_DIR=str(folder))
    assert read_url(settings.store_url).path == folder / "dealfit.db"
    assert read_url(queue_url(settings)).path == folder / "work.db"
