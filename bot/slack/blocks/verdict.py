"""The verdict card: what the profile says of a deal, why, what to ask next, and what to read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bot.answers.coaching import coach
from bot.checking.desk import CheckedDeal
from bot.deals.deal import canonical_json, plain_value
from bot.deals.facts import FactSpecs
from bot.deals.naming import fact_words
from bot.deals.wording import counted
from bot.exceptions.coverage import NONE, Coverage
from bot.exceptions.model import ExceptionRequest
from bot.profile.people import People
from bot.profile.verdict import CounterOffer, Finding, Judgement, Question, Result
from bot.profile.words import gap_words
from bot.slack import ids
from bot.slack.blocks.coaching import words_line
from bot.slack.blocks.economics import follows_text, worth_line
from bot.slack.blocks.elements import (
    VIEW_BLOCKS,
    Block,
    actions,
    button,
    clip,
    context,
    divider,
    flow_message,
    header,
    inline,
    joined,
    section,
    sections,
)
from bot.slack.blocks.exception_lists import ask_button, coverage_blocks, waiting_blocks
from bot.slack.blocks.proposal import proposal_button
from bot.slack.blocks.titles import TITLES

MEANINGS = {
    Judgement.FITS: "The Deal Profile accepts this deal as it stands.",
    Judgement.NEEDS_APPROVAL: "Outside the Deal Profile, within what somebody may approve.",
    Judgement.DOES_NOT_FIT: "Outside the Deal Profile, beyond what anybody may approve.",
    Judgement.INCOMPLETE: "Facts are missing; the verdict waits for them.",
}
MOST_QUESTIONS = 5


def verdict_card(
    checked: CheckedDeal,
    *,
    facts: FactSpecs,
    people: People,
    shared_by: str | None = None,
    private: bool = False,
    coverage: Coverage = NONE,
    waiting: ExceptionRequest | None = None,
) -> list[Block]:
    """The whole card for a message. `shared_by` is set where it stands in a channel for all to see.

    Only a `private` card, which nobody but the rep reads, says what the deal pays them. `coverage` says which approvals
    hold for it, `waiting` which request on it is not decided yet.
    """
    verdict = checked.verdict
    blocks = [
        header(f"{TITLES[verdict.judgement]}: {checked.deal.name}"),
        context(_meaning(checked, people, coverage)),
        *coverage_blocks(coverage),
        *(waiting_blocks(waiting, verdict) if waiting is not None else []),
        section(understood(checked, facts)),
    ]
    blocks += _reading_notes(checked, facts)
    blocks += _fails(checked, facts, people)
    blocks += _questions(checked)
    blocks += _offers(verdict.counter_offers, facts, checked, shared=shared_by is not None)
    line = worth_line(checked.economics, private=private and shared_by is None) if checked.economics else None
    if line is not None:
        blocks.append(section(line))
    blocks.append(context(_rest(checked)))
    blocks += [context(inline(notice)) for notice in checked.notices]
    if shared_by is not None:
        blocks.append(context(f"Shared by {inline(shared_by)}"))
    buttons = _buttons(checked, shared=shared_by is not None, granted=coverage.granted)
    return flow_message(blocks, [actions(*buttons)] if buttons else [])


def findings_view(checked: CheckedDeal, *, facts: FactSpecs, people: People) -> dict[str, object]:
    """A modal with every finding, those that pass as well."""
    order = {Result.FAIL: 0, Result.UNKNOWN: 1, Result.PASS: 2, Result.NOT_APPLICABLE: 3}
    in_order = sorted(checked.verdict.findings, key=lambda f: order[f.result])
    texts = [finding_text(finding, facts, people) for finding in in_order]
    # A view takes a hundred blocks: where there are more findings, many stand in one, with a line between them.
    apart = len(texts) < VIEW_BLOCKS
    found = [section(text) for text in texts] if apart else sections([f"{text}\n" for text in texts])
    shown = [section(f"*{inline(checked.deal.name)}*: {TITLES[checked.verdict.judgement]}"), *found][:VIEW_BLOCKS]
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "All findings"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": shown,
    }


def notification(checked: CheckedDeal, coverage: Coverage = NONE) -> str:
    """What a phone shows: the verdict, whether it fits with exception, and the checks that decide it."""
    failed = [f.label for f in checked.verdict.of(Result.FAIL)]
    text = f"{TITLES[checked.verdict.judgement]}: {inline(checked.deal.name, 80)}"
    text += f", {coverage.words}" if coverage.words is not None else ""
    return clip(f"{text}. {inline('; '.join(failed), 200)}" if failed else text, 300)


def understood(checked: CheckedDeal, facts: FactSpecs) -> str:
    """The facts that were judged, in the profile's order."""
    known = [
        f"{inline(spec.label)} *{inline(fact_words(facts, name, checked.deal.facts[name], checked.deal.currency))}*"
        for name, spec in facts.items()
        if name in checked.deal.facts
    ]
    return joined(known, by=" · ") or "No fact is known yet."


def finding_text(finding: Finding, facts: FactSpecs, people: People) -> str:
    """One finding in a few lines: what was found, the limit, the gap, the reason, and who may approve."""
    mark = {Result.FAIL: "✗", Result.UNKNOWN: "?", Result.PASS: "✓", Result.NOT_APPLICABLE: "–"}[finding.result]
    lines = [f"{mark} *{inline(finding.label)}*" + ("" if finding.counted else " (dry run: not counted)")]
    lines.append(_measure(finding, facts))
    if finding.result is Result.FAIL:
        lines.append(f"_{inline(finding.because)}_")
        lines.append(_approval(finding, people))
    return "\n".join(line for line in lines if line)


def _measure(finding: Finding, facts: FactSpecs) -> str:
    if finding.result is Result.NOT_APPLICABLE:
        return "does not apply to this deal"
    label = facts[finding.fact].label if finding.fact and finding.fact in facts else ""
    parts = []
    if finding.actual is not None and finding.fact is not None:
        parts.append(f"{inline(label)} *{inline(fact_words(facts, finding.fact, finding.actual))}*")
    if finding.limit:
        parts.append(f"limit {inline(finding.limit)}")
    if finding.gap:
        parts.append(f"gap *{inline(gap_words(finding, facts))}*")
    if finding.result is Result.UNKNOWN and finding.missing:
        missing = ", ".join(facts[name].label if name in facts else name for name in finding.missing)
        parts.append(f"not known: {inline(missing)}")
    return " · ".join(parts)


def _approval(finding: Finding, people: People) -> str:
    if finding.authority is None:
        return "Nobody may approve this."
    days = f", for {counted(finding.expires_in_days, 'day')}" if finding.expires_in_days else ""
    return f"May be approved by *{inline(people.authority_name(finding.authority))}*{days}."


def _meaning(checked: CheckedDeal, people: People, coverage: Coverage) -> str:
    verdict = checked.verdict
    text = MEANINGS[verdict.judgement]
    if coverage.granted:
        text = "Outside the Deal Profile, and approved by those who may."
    elif verdict.judgement is Judgement.NEEDS_APPROVAL:
        open_ = {f.authority for f in verdict.of(Result.FAIL) if f.check not in coverage.covered}
        names = ", ".join(inline(people.authority_name(name)) for name in verdict.authorities if name in open_)
        text = f"{text} To decide: *{names}*."
    segment = f" Segment: {inline(verdict.segment)} ({inline(verdict.stance or '')})." if verdict.segment else ""
    return f"{text}{segment}"


def _reading_notes(checked: CheckedDeal, facts: FactSpecs) -> list[Block]:
    reading = checked.reading
    if reading is None:
        return []
    notes = [
        f"⚠️ Contradiction: {inline(' … '.join(_words(conflict.words)))}. "
        f"*{inline(facts[conflict.fact].label)}* stays unknown until you say which."
        for conflict in reading.conflicts
    ]
    notes += [f"⚠️ {inline(str(error))}" for error in reading.errors]
    if reading.unread:
        notes.append(f"Not understood, and not used: {inline(', '.join(f'“{w}”' for w in reading.unread), 500)}")
    return [context(*notes)] if notes else []


def _words(words: object) -> list[str]:
    return [str(getattr(word, "words", word)) for word in words] if isinstance(words, Iterable) else [str(words)]


def _fails(checked: CheckedDeal, facts: FactSpecs, people: People) -> list[Block]:
    fails = checked.verdict.of(Result.FAIL)
    coached = coach(checked.verdict, checked.guidance)
    blocks: list[Block] = [divider()] if fails else []
    for finding in fails:
        passage = checked.guidance.get(finding.check)
        accessory = (
            button("Read why", ids.OPEN_PASSAGE, passage.id, label=f"Read: {passage.heading}") if passage else None
        )
        said = words_line(coached, finding.check)
        text = finding_text(finding, facts, people)
        blocks.append(section(f"{text}\n{said}" if said else text, accessory=accessory))
    return blocks


def _questions(checked: CheckedDeal) -> list[Block]:
    questions = checked.verdict.ask
    if not questions:
        return []
    lines = [f"{n}. {inline(q.question)}{_settles(checked, q)}" for n, q in enumerate(questions[:MOST_QUESTIONS], 1)]
    more = f"\n…and {len(questions) - MOST_QUESTIONS} more in the form." if len(questions) > MOST_QUESTIONS else ""
    blocks: list[Block] = [divider(), section(f"*{_ask_title(checked)}*\n" + "\n".join(lines) + more)]
    unknown = [checked.guidance[f.check] for f in checked.verdict.of(Result.UNKNOWN) if f.check in checked.guidance]
    reads = {passage.id: passage for passage in unknown}
    if reads:
        row = [
            button(passage.heading.split(" > ")[-1], ids.OPEN_PASSAGE, passage.id, label=f"Read: {passage.heading}")
            | {"action_id": f"{ids.OPEN_PASSAGE}.{n}"}
            for n, passage in enumerate(list(reads.values())[:3])
        ]
        blocks.append(actions(*row))
    return blocks


def _ask_title(checked: CheckedDeal) -> str:
    """What the questions are for: where nobody may approve what fails, no answer to one changes the verdict."""
    stands = checked.verdict.judgement is Judgement.DOES_NOT_FIT
    return "Not known either (no answer alone changes this verdict)" if stands else "Ask next"


def _settles(checked: CheckedDeal, question: Question) -> str:
    """Which verdicts an answer to this question alone could settle."""
    verdicts = checked.settles.get(question.fact, ())
    return f" _An answer can settle it: {' or '.join(TITLES[v] for v in verdicts)}_" if verdicts else ""


def _offers(offers: tuple[CounterOffer, ...], facts: FactSpecs, checked: CheckedDeal, *, shared: bool) -> list[Block]:
    if not offers:
        if checked.no_offer is None:
            return []
        return [divider(), section(f"*No counter-offer*: {inline(checked.no_offer, 1500)}")]
    blocks: list[Block] = [
        divider(),
        section("*The nearest deal that fits*" + (": either of" if len(offers) > 1 else "")),
    ]
    shapes = checked.economics.offers if checked.economics else ()
    for number, offer in enumerate(offers[:3]):
        moves = ", ".join(
            f"{inline(facts[c.fact].label)} "
            f"{inline(fact_words(facts, c.fact, c.before))} → "
            f"*{inline(fact_words(facts, c.fact, c.after))}*"
            for c in offer.changes
        )
        can_apply = checked.key is not None and not shared
        accessory = button("Apply", ids.APPLY_OFFER, f"{offer_mark(offer)}|{checked.key}") if can_apply else None
        more = follows_text(shapes[number], facts) if number < len(shapes) else ""
        blocks.append(section(f"{moves}\n{more}" if more else moves, accessory=accessory))
    return blocks


def offer_mark(offer: CounterOffer) -> str:
    """A short mark of what the offer changes, so that a button applies what it says or nothing."""
    moves = [[c.fact, None if c.before is None else plain_value(c.before), plain_value(c.after)] for c in offer.changes]
    return hashlib.sha256(canonical_json(moves)).hexdigest()[:16]


def _rest(checked: CheckedDeal) -> str:
    verdict = checked.verdict
    passed, unknown = len(verdict.of(Result.PASS)), len(verdict.of(Result.UNKNOWN))
    applied = len(verdict.of(Result.PASS, Result.FAIL, Result.UNKNOWN))
    profile = verdict.profile
    log = f" · decision {checked.decision_id}" if checked.decision_id else ""
    return (
        f"{passed} of {applied} checks pass, {unknown} not known yet · "
        f"{inline(profile.title)} {inline(profile.version)} ({profile.sha256[:8]}){log}"
    )


def _buttons(checked: CheckedDeal, *, shared: bool, granted: bool) -> list[dict[str, object]]:
    if checked.key is None:
        return []
    row = [button("Edit the deal", ids.EDIT_DEAL, checked.key, style=None if shared else "primary")]
    row.append(button("All findings", ids.SHOW_FINDINGS, checked.key))
    if checked.guidance:
        row.append(button("What to say", ids.SHOW_WORDS, checked.key))
    if checked.economics is not None:
        row.append(button("What it is worth", ids.SHOW_WORTH, checked.key))
    if not shared and (granted or checked.verdict.judgement is Judgement.FITS):
        row.append(proposal_button(checked.key))
    if checked.verdict.judgement is Judgement.NEEDS_APPROVAL and not shared and not granted:
        row.append(ask_button(checked.key))
    if not shared:
        row.append(button("Share in channel", ids.SHARE_DEAL, checked.key))
    return row
