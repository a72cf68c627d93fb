"""`dealfit profile replay`: a recorded verdict judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import NOT_ALL_FIT, cell, fail, out, print_json, say
from bot.cli.wiring import core

if TYPE_CHECKING:
    from bot.profile.replay import Replay
    from bot.store.database import Store
    from bot.store.records import Decision

KIND = "verdict"


def replay(
    number: Annotated[
        int, typer.Argument(metavar="ID", min=1, help="The verdict's number in the decision log.", show_default=False)
    ],
    json_: Annotated[bool, typer.Option("--json", help="The comparison as JSON on standard output.")] = False,
) -> None:
    """Judge a recorded verdict again, under the profile that was live then, and compare the bytes.

    A verdict carries the version of the judge that made it. Where that was another one, it is said: the judge's own
    rules, such as the order of the questions, may have changed since.

    Exit status: 0 when they are the same, 1 when they differ, 2 when it cannot be judged again.

    For example:

      dealfit profile replay 42
    """
    from bot.profile.problems import ProfileError
    from bot.profile.replay import NoReplay
    from bot.profile.replay import replay as judge_again

    with core() as rooms:
        decision, source = _kept(rooms.store, number)
    try:
        found = judge_again(decision.body, source)
    except NoReplay as error:
        fail(f"Decision {number}: {error}")
    except ProfileError as error:
        fail(f"The profile that was kept for decision {number} cannot be read by this version of Dealfit.\n{error}")
    if json_:
        print_json(_plain(decision, found))
    else:
        for deviation in found.deviations:
            out().print(cell(deviation), soft_wrap=True)
    profile = decision.body["profile"]
    deal = decision.body.get("deal", decision.subject)
    judged = f"{deal!r} under version {profile.get('version')} ({profile['sha256'][:12]})"
    if found.same:
        say(f"Decision {number}, {judged}: the same {len(found.recorded):,} bytes.")
    elif found.other_judge:
        say(f"Decision {number}, {judged}: {len(found.deviations)} differences. {found.other_judge}")
    else:
        say(f"Decision {number}, {judged}: not the same. {len(found.deviations)} differences.")
    raise typer.Exit(0 if found.same else NOT_ALL_FIT)


def _kept(store: Store, number: int) -> tuple[Decision, bytes]:
    """The decision and its profile's bytes; what is not there is said in words."""
    decision = store.decision(number) if number < 2**63 else None
    if decision is None or decision.kind != KIND:
        newest = next(iter(store.decisions(kind=KIND, limit=1)), None)
        hint = f"The newest verdict is {newest.id}." if newest else "No verdict was recorded yet."
        what = f"Decision {number} is of the kind {decision.kind}" if decision else f"There is no decision {number}"
        fail(f"{what}. {hint}")
    if decision.body.get("erased"):
        fail(
            f"Decision {number} cannot be judged again: the deal's facts were erased. "
            f"The log still says that its verdict was '{decision.body.get('verdict')}', on {decision.at:%Y-%m-%d}."
        )
    profile = decision.body.get("profile")
    sha256 = profile.get("sha256") if isinstance(profile, dict) else None
    if not isinstance(sha256, str):
        fail(f"Decision {number} does not say under which profile it was judged.")
    source = store.profile_source(sha256)
    if source is None:
        fail(f"The profile of decision {number} ({sha256[:12]}) was not kept in this database.")
    return decision, source


def _plain(decision: Decision, found: Replay) -> dict[str, object]:
    return {
        "schema": 1,
        "decision": decision.id,
        "same": found.same,
        "judge": {"recorded": found.judge, "now": found.judge_now},
        "differences": [
            {"where": each.where, "recorded": each.recorded, "replayed": each.replayed} for each in found.deviations
        ],
    }
