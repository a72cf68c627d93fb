"""`dealfit doctor`: look at everything that must be in order, and say what to do about what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.console import cell, out, print_json
from bot.cli.faults import expected
from bot.deals.wording import counted
from bot.settings import FOREIGN, PREFIX, Settings, SettingsError, shown_url

if TYPE_CHECKING:
    from bot.bootstrap import Core

State = Literal["ok", "note", "wrong"]
LATELY = timedelta(days=7)
LONG = timedelta(minutes=15)
"""A message that waits longer tells of Slack being away, or of nobody sending."""
MARKS: dict[State, str] = {"ok": "[green]✓[/]", "note": "[yellow]![/]", "wrong": "[red]✗[/]"}

SCARCE = 0.9
"""The share of a day's tokens from which it is worth saying that they run out."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at."""

    what: str
    state: State
    words: str


def doctor(
    json_: Annotated[bool, typer.Option("--json", help="The findings as JSON on standard output.")] = False,
    settings_: Annotated[bool, typer.Option("--settings", help="List every setting with its meaning.")] = False,
) -> None:
    """Check settings, profile, playbooks, index, database, Slack tokens and the model, and say what to do.

    Exit status: 0 when Dealfit can run, 1 when something is wrong.

    For example:

      dealfit doctor

      dealfit doctor --settings
    """
    if settings_:
        _list_settings()
        raise typer.Exit
    signs = list(_signs())
    if json_:
        print_json({"schema": 1, "signs": [{"what": s.what, "state": s.state, "words": s.words} for s in signs]})
    else:
        console = out()
        for sign in signs:
            console.print(f"{MARKS[sign.state]} [bold]{sign.what}[/]: {cell(sign.words)}", soft_wrap=True)
        if not any(s.state == "wrong" for s in signs):
            console.print("\nReady: `dealfit run` starts it.")
    raise typer.Exit(1 if any(s.state == "wrong" for s in signs) else 0)


def _signs() -> Iterator[Sign]:
    from bot.bootstrap import Core, configure_logs

    try:
        settings = Settings.load()
    except SettingsError as error:
        yield Sign("settings", "wrong", str(error))
        return
    quiet = settings.model_copy(update={"log_level": "CRITICAL"})  # what is wrong is said below, once
    configure_logs(quiet)
    rooms = Core(settings)
    yield Sign("settings", "ok", "all known; `dealfit doctor --settings` lists them")
    looks: list[tuple[str, Callable[[Core], Sign]]] = [
        ("profile", _profile),
        ("people", _people),
        ("proposals", _proposals),
        ("playbooks and index", _index),
        ("prompts", _prompts),
        ("database", _database),
        ("Slack", _slack),
        ("messages", _messages),
        ("language model", _model),
        ("CRMs", _crms),
    ]
    for what, look in looks:
        try:
            yield look(rooms)
        except Exception as error:  # noqa: BLE001 a doctor that falls ill on the first finding helps nobody
            yield Sign(what, "wrong", expected(error) or f"{type(error).__name__}: {error}")
    if settings.warehouse_url is not None:
        yield Sign("warehouse", "note", "DEALFIT_WAREHOUSE_URL is set: the judged deals are kept and asked there")
    rooms.close()


def _profile(rooms: Core) -> Sign:
    from bot.profile.lint import lint
    from bot.profile.rates import look_over

    profile = rooms.live.current().profile
    people, anchors = rooms.people(), rooms.library.anchors()
    today = rooms.clock().date()
    problems = [*lint(profile, anchors, authorities=people.authorities, today=today)]
    problems += look_over(profile.rates, today) if profile.rates is not None else ()
    parts = {"segment": profile.segments, "check": profile.checks, "fact": profile.facts}
    words = f"{profile.title} {profile.version}, {', '.join(counted(len(there), one) for one, there in parts.items())}"
    if profile.rates is not None and profile.rates.rates:
        words += f", exchange rates of {', '.join(profile.rates.rates)}"
    if problems:
        return Sign("profile", "note", f"{words}; {counted(len(problems), 'remark')}, see `dealfit profile lint`")
    return Sign("profile", "ok", words)


def _people(rooms: Core) -> Sign:
    people = rooms.people()
    decide = counted(len(people.authorities), "authority", "authorities")
    return Sign("people", "ok", f"{counted(len(people.all), 'person', 'people')}, {decide}")


def _proposals(rooms: Core) -> Sign:
    from bot.pipeline.proposals.linting import lint_texts

    path = rooms.proposal_texts.path
    if not path.is_file():
        return Sign("proposals", "note", f"no {path.name}; `dealfit proposal --write-texts` begins one")
    keys = [person.key for person in rooms.people().all]
    facts, anchors = rooms.live.current().profile.facts, rooms.library.anchors()
    problems = lint_texts(path.read_bytes(), str(path), facts=facts, anchors=anchors, people=keys)
    if any(problem.severity == "error" for problem in problems):
        return Sign("proposals", "wrong", "\n".join(map(str, problems)))
    if problems:
        return Sign("proposals", "note", f"{counted(len(problems), 'remark')}, see `dealfit profile lint`")
    return Sign("proposals", "ok", str(path))


def _index(rooms: Core) -> Sign:
    status = rooms.library.status()
    if not status.exists:
        return Sign(
            "playbooks and index", "note", "no index yet; `dealfit index` builds it (`dealfit run` does so too)"
        )
    words = f"{counted(status.documents, 'playbook')}, {counted(status.passages, 'passage')}, {status.model}"
    if status.owner:
        words += f"; held by process {status.owner}"
    if status.problem:
        return Sign("playbooks and index", "wrong", f"{words}: {status.problem}")
    if status.refused:
        refused = "; ".join(map(str, status.refused))
        return Sign("playbooks and index", "note", f"{words}; refused: {refused}")
    return Sign("playbooks and index", "ok", words)


def _prompts(rooms: Core) -> Sign:
    from bot.answers.prompts import Prompts

    Prompts(rooms.settings.prompts_dir)
    return Sign("prompts", "ok", str(rooms.settings.prompts_dir))


def _database(rooms: Core) -> Sign:
    rooms.store.ping()
    return Sign("database", "ok", rooms.store.shown)


def _slack(rooms: Core) -> Sign:
    settings = rooms.settings
    if settings.slack_bot_token is None and settings.slack_app_token is None:
        return Sign(
            "Slack", "note", "no tokens; `dealfit run` starts the playground. docs/operating.md says how to connect"
        )
    if settings.slack_bot_token is None:
        return Sign("Slack", "wrong", "SLACK_APP_TOKEN is set and SLACK_BOT_TOKEN is not. Set both, or neither")
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        return Sign("Slack", "wrong", "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for `run --http`")
    from bot.bootstrap import slack_client
    from bot.cli.run_command import manifest
    from bot.slack.connecting import check_app_token, missing_scopes, who_am_i

    client = slack_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    who = who_am_i(client, settings.slack_api_url)
    if settings.slack_app_token is not None:
        check_app_token(client, settings.slack_app_token.get_secret_value(), settings.slack_api_url)
    missing = missing_scopes(client, settings.slack_api_url, manifest())
    if missing:
        lacks = f"{who}; it lacks {', '.join(missing)}. Update the app from manifest.json and install it again"
        return Sign("Slack", "note", lacks)
    return Sign("Slack", "ok", who)


def _messages(rooms: Core) -> Sign:
    """What waits to be said, and what Slack refused that only the reader can mend."""
    waiting = rooms.store.outgoing.waiting()
    words = [
        f"{counted(waiting.messages, 'waits', 'wait')} in {counted(waiting.places, 'place')}"
        if waiting.messages
        else "none waits"
    ]
    late = waiting.oldest is not None and rooms.clock() - waiting.oldest > LONG
    if late and waiting.oldest is not None:
        words.append(
            f"The oldest has waited since {waiting.oldest:%F %R} UTC: see whether Dealfit runs, what its /readyz says, "
            "and whether Slack can be reached"
        )
    troubles = rooms.store.outgoing.troubles(LATELY)
    words += [f"{one.last_at:%F %R} UTC, {one.place} ({counted(one.times, 'time')}): {one.words}" for one in troubles]
    return Sign("messages", "note" if troubles or late else "ok", ". ".join(words))


def _model(rooms: Core) -> Sign:
    if not rooms.has_model:
        return Sign(
            "language model", "note", "none is set; answers quote the profile and the playbooks, which is enough"
        )
    where = shown_url(rooms.settings.openai_base_url) if rooms.settings.openai_base_url else "OpenAI"
    used, scarce = _model_use(rooms)
    return Sign(
        "language model",
        "note" if scarce else "ok",
        f"{rooms.settings.openai_model} at {where} (not called now); {used}",
    )


def _model_use(rooms: Core) -> tuple[str, bool]:
    """What the model was used for today against its limits, in words; and whether a limit is all but reached."""
    settings = rooms.settings
    used = rooms.store.model_use.used()
    in_all, each = settings.model_tokens_per_day, settings.model_tokens_per_person
    if not used:
        return f"today (UTC) unused, of {_of(in_all)} in all and {_of(each)} a person", False
    everybody, *people = used
    calls = counted(everybody.answers, "time")
    words = f"today (UTC) asked {calls}, {everybody.tokens:,} of {_of(in_all)}"
    if everybody.cost:
        words += f", cost {everybody.cost:.2f}"
    scarce = bool(in_all) and everybody.tokens >= SCARCE * in_all
    if people:
        most = people[0]
        words += f"; most by {most.user}: {most.tokens:,} of {_of(each)}"
        at_limit = sum(1 for one in people if each and one.tokens >= SCARCE * each)
        words += f"; {at_limit} near their limit" if at_limit else ""
        scarce = scarce or bool(at_limit)
    return words, scarce


def _of(limit: int) -> str:
    return f"{limit:,} tokens" if limit else "unlimited tokens"


def _crms(rooms: Core) -> Sign:
    from bot.pipeline.sources.crm import CrmError

    if not rooms.sources.names:
        return Sign("CRMs", "note", "none is set up; files come in with `dealfit pipeline import` (docs/data-in.md)")
    words: list[str] = []
    state: State = "ok"
    for name, last in rooms.sources.states().items():
        try:
            told = rooms.sources.check(name)
        except CrmError as error:
            told, state = str(error), "wrong"
        when = (
            "never synced" if last is None or last.finished_at is None else f"last synced {last.finished_at:%F %R} UTC"
        )
        words.append(f"{name}: {told}; {when}" + (f"; {last.problem}" if last is not None and last.problem else ""))
    return Sign("CRMs", state, ". ".join(words))


def _list_settings() -> None:
    console = out()
    for field in Settings.model_fields.values():
        default = "" if field.default_factory or field.default is None else f" (default {field.default})"
        console.print(f"[bold]{field.alias}[/]{cell(default)}\n    {cell(field.description or '')}", soft_wrap=True)
    console.print(f"\nOther names that start with {PREFIX} are refused; {', '.join(FOREIGN)} are read as they are.")
