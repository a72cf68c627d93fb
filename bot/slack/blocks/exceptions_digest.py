"""The month's exceptions as a message, and the published head of the decision log."""

from __future__ import annotations

from collections.abc import Sequence

from bot.exceptions.digest import HABIT, Digest, Habit, Tally, took_words
from bot.slack.blocks.elements import (
    Block,
    context,
    divider,
    flow_message,
    header,
    inline,
    joined,
    section,
    sections,
)
from bot.store.records import Head


def digest_blocks(digest: Digest) -> list[Block]:
    """By rule, rep and authority, with the habits first: they are what somebody should talk about."""
    month = digest.start.strftime("%B %Y")
    blocks: list[Block] = [header(f"Exceptions of {month}")]
    if not digest.requests:
        return [*blocks, section("None was asked for.")]
    took = digest.hours_to_decide
    said = f"*{digest.requests}* asked for."
    said += f" Half of the decisions took {took_words(took)}." if took is not None else ""
    blocks.append(section(said))
    if digest.habits:
        blocks += [divider(), *sections(["*Became a habit*", *(f"• {_habit(habit)}" for habit in digest.habits)])]
        blocks.append(context(f"Approved {HABIT} times or more in the month: is the profile wrong, or the selling?"))
    for title, tallies in (("rule", digest.rules), ("rep", digest.reps), ("authority", digest.authorities)):
        blocks += [divider(), *sections([f"*By {title}*", *(_row(each) for each in tallies)])]
    return flow_message(blocks)


def digest_text(digest: Digest) -> str:
    """What a phone shows."""
    month = digest.start.strftime("%B %Y")
    habits = f", {len(digest.habits)} became a habit" if digest.habits else ""
    return f"Exceptions of {month}: {digest.requests} asked for{habits}"


def head_text(head: Head, day: str) -> str:
    """The head of the log, as it is noted in a channel; `dealfit audit verify --head` takes it from there."""
    return f"Decision log on {day}: {head.id}:{head.sha256}"


def head_blocks(head: Head, day: str) -> Sequence[Block]:
    """The same as blocks."""
    return [
        context(
            f"Head of the decision log on {inline(day)}: `{head.id}:{head.sha256}`. "
            "`dealfit audit verify --head` with it finds rows that were cut off."
        )
    ]


def _row(tally: Tally) -> str:
    parts = [f"{tally.granted} granted", f"{tally.declined} declined"]
    parts += [f"{tally.open} open"] if tally.open else []
    over = tally.asked - tally.granted - tally.declined - tally.open
    parts += [f"{over} withdrawn or asked anew"] if over else []
    share = f" ({tally.share}% of what was decided)" if tally.share is not None else ""
    return f"{inline(tally.name)}: *{tally.asked}* asked, {', '.join(parts)}{share}"


def _habit(habit: Habit) -> str:
    whose = f"for {inline(habit.who)}" if habit.of == "rep" else f"in the segment {inline(habit.who)}"
    numbers = joined([str(number) for number in habit.exceptions], 100, ", ")
    return f"{inline(habit.label)}: *{habit.times}* times {whose} ({numbers})"
