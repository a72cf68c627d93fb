"""One verdict, for a terminal."""

from __future__ import annotations

from bot.answers.coaching import coach
from bot.checking.desk import CheckedDeal
from bot.cli.console import cell, out
from bot.cli.economics import follows_words, show_worth
from bot.deals.facts import FactSpecs
from bot.deals.naming import fact_words
from bot.deals.wording import counted, spoken
from bot.profile.people import People
from bot.profile.verdict import Change, Judgement, Result
from bot.profile.words import gap_words

TITLES = {
    Judgement.FITS: "[bold green]✓ fits[/]",
    Judgement.NEEDS_APPROVAL: "[bold yellow]! needs approval[/]",
    Judgement.DOES_NOT_FIT: "[bold red]✗ does not fit[/]",
    Judgement.INCOMPLETE: "[bold blue]? incomplete[/]",
}


def show(checked: CheckedDeal, *, facts: FactSpecs, people: People) -> None:
    """Print the verdict, the findings that matter, what to ask, and the nearest deal that fits."""
    console, verdict = out(), checked.verdict
    console.print(f"{TITLES[verdict.judgement]}  [bold]{cell(checked.deal.name)}[/]")
    if verdict.segment:
        console.print(f"Segment: {cell(verdict.segment)} ({cell(verdict.stance or '')})")
    known = [
        f"{cell(s.label)} {cell(fact_words(facts, n, checked.deal.facts[n], checked.deal.currency))}"
        for n, s in facts.items()
        if n in checked.deal.facts
    ]
    console.print("Understood: " + (" · ".join(known) or "nothing yet"))
    if checked.reading is not None and checked.reading.unread:
        console.print("Not understood, and not used: " + cell(", ".join(f"“{w}”" for w in checked.reading.unread)))
    _fails(checked, facts, people)
    if verdict.ask:
        stands = verdict.judgement is Judgement.DOES_NOT_FIT
        title = "Not known either[/] (no answer alone changes this verdict)" if stands else "Ask next[/]"
        console.print(f"\n[bold]{title}")
        for n, question in enumerate(verdict.ask[:6], 1):
            settles = " or ".join(spoken(v.value) for v in checked.settles.get(question.fact, ()))
            more = f" [dim](an answer can settle it: {settles})[/]" if settles else ""
            console.print(f"  {n}. {cell(question.question)}{more}")
        if len(verdict.ask) > 6:  # noqa: PLR2004 as many as a person asks in one call
            console.print(f"  ... and {len(verdict.ask) - 6} more (--format json has all)")
    if verdict.counter_offers:
        either = ": either of" if len(verdict.counter_offers) > 1 else ""
        console.print(f"\n[bold]The nearest deal that fits[/]{either}")
        shapes = checked.economics.offers if checked.economics else ()
        for number, offer in enumerate(verdict.counter_offers):
            more = cell(follows_words(shapes[number], facts)) if shapes else ""
            console.print("  " + ", ".join(_move(change, facts) for change in offer.changes) + more)
    elif checked.no_offer:
        console.print(f"\n[bold]No counter-offer[/]: {cell(checked.no_offer)}")
    if checked.economics is not None:
        show_worth(checked.economics, facts)
    _last(checked)


def _last(checked: CheckedDeal) -> None:
    verdict, console = checked.verdict, out()
    passed, unknown = len(verdict.of(Result.PASS)), len(verdict.of(Result.UNKNOWN))
    applied = passed + unknown + len(verdict.of(Result.FAIL))
    for notice in checked.notices:
        console.print(f"\n{cell(notice)}")
    profile = verdict.profile
    console.print(
        f"\n[dim]{passed} of {applied} checks pass, {unknown} not known yet. "
        f"{cell(profile.title)} {cell(profile.version)} ({profile.sha256[:8]})[/]"
    )


def _fails(checked: CheckedDeal, facts: FactSpecs, people: People) -> None:
    console = out()
    coached = {one.check: one.sentences for one in coach(checked.verdict, checked.guidance)}
    for finding in checked.verdict.of(Result.FAIL):
        actual = fact_words(facts, finding.fact, finding.actual) if finding.fact and finding.actual is not None else ""
        parts = [
            actual,
            f"limit {finding.limit}" if finding.limit else "",
            f"gap {gap_words(finding, facts)}" if finding.gap else "",
        ]
        days = f", for {counted(finding.expires_in_days, 'day')}" if finding.expires_in_days else ""
        who = people.authority_name(finding.authority) if finding.authority else None
        console.print(f"\n[red]✗[/] [bold]{cell(finding.label)}[/]: {cell(', '.join(part for part in parts if part))}")
        console.print(cell(f"  {finding.because}"))
        console.print(cell(f"  May be approved by: {who}{days}." if who else "  Nobody may approve this."))
        for sentence in coached.get(finding.check, ()):
            console.print(cell(f"  > {sentence}"))
        if finding.guidance:
            console.print(f"  [dim]{cell(finding.guidance)}[/]", soft_wrap=True)


def _move(change: Change, facts: FactSpecs) -> str:
    before = fact_words(facts, change.fact, change.before)
    return cell(f"{facts[change.fact].label} {before} -> {fact_words(facts, change.fact, change.after)}")
