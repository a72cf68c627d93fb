"""What a deal is worth, and what a supposed change moves, for a terminal."""

from __future__ import annotations

from bot.cli.console import cell, out, table
from bot.cli.supposing import Steps
from bot.deals.facts import FactSpecs
from bot.deals.naming import fact_label, fact_words
from bot.deals.wording import spoken
from bot.profile.economics_figures import Economics, Shape
from bot.profile.verdict import Judgement

VERDICTS = {
    Judgement.FITS: "[green]fits[/]",
    Judgement.NEEDS_APPROVAL: "[yellow]needs approval[/]",
    Judgement.DOES_NOT_FIT: "[red]does not fit[/]",
    Judgement.INCOMPLETE: "[blue]incomplete[/]",
}


def show_worth(economics: Economics, facts: FactSpecs) -> None:
    """Print the figures side by side, and under them how each was reached."""
    console = out()
    proposed = economics.proposed
    if all(figure.amount is None for figure in proposed.figures if figure.unit == economics.currency):
        waiting = dict.fromkeys(name for figure in proposed.figures for name in figure.waits_for)
        labels = ", ".join(facts[name].label if name in facts else name for name in waiting)
        if labels:
            console.print(f"\n[bold]What it is worth[/] waits for: {cell(labels)}")
        return
    names = [shape.name for shape in economics.shapes]
    made = table("What it is worth", *names, right=tuple(names))
    made.add_row("Verdict", *(VERDICTS[shape.judgement] for shape in economics.shapes))
    for figure in proposed.figures:
        others = [shape.figure(figure.name) for shape in economics.shapes]
        made.add_row(cell(figure.label), *("-" if other is None else cell(other.words) for other in others))
    console.print()
    console.print(made)
    for shape in economics.shapes:
        _derivations(shape, facts, proposed)


def show_what_if(steps: Steps, facts: FactSpecs) -> None:
    """Print what moved: facts, findings, verdict and money, and the verdict after each step where there are several."""
    console, what_if = out(), steps.whole
    moves = [
        f"{fact_label(facts, one.fact)} {fact_words(facts, one.fact, one.before)}"
        f" -> {fact_words(facts, one.fact, one.after)}"
        for one in what_if.changes
    ]
    console.print(f"\n[bold]What if[/] {cell(', '.join(moves)) or 'nothing would change'}")
    if not what_if.changes:
        return
    for follow in what_if.follows:
        console.print(f"  {cell(fact_label(facts, follow.fact))}: {cell(follow.how)}")
    before, after = what_if.before.verdict.judgement, what_if.after.verdict.judgement
    console.print(f"Verdict: {VERDICTS[before]} -> {VERDICTS[after]}")
    for moved in what_if.findings:
        results = [spoken(finding.result.value) for finding in (moved.before, moved.after)]
        console.print(f"  {cell(moved.after.label)}: {results[0]} -> {results[1]}")
    for number, step in enumerate(steps.steps if len(steps.steps) > 1 else (), start=1):
        said = ", ".join(f"{fact_label(facts, c.fact)} {fact_words(facts, c.fact, c.after)}" for c in step.new)
        lead = "" if number == 1 else "and "
        told = cell(said) or "nothing new"
        console.print(f"  {number}. {lead}{told}: {VERDICTS[step.after.verdict.judgement]}")
    shown = [one for one in what_if.figures if one.before.amount is not None or one.after.amount is not None]
    if shown:
        made = table("", "As it stands", "With the change", right=("As it stands", "With the change"))
        for one in shown:
            made.add_row(cell(one.after.label), cell(one.before.words), cell(one.after.words))
        console.print(made)
    console.print("[dim]Compared with the deal as it stands. Nothing of this is recorded.[/]")


def follows_words(shape: Shape, facts: FactSpecs) -> str:
    """What moves with an offer's changes, and the verdict where that breaks it; empty where nothing moves."""
    moves = ", ".join(f"{fact_label(facts, f.fact)} {fact_words(facts, f.fact, f.after)}" for f in shape.follows)
    broken = "" if shape.judgement is Judgement.FITS else f": {shape.judgement.value.replace('_', ' ')}"
    return f" (with it: {moves}{broken})" if moves else ""


def _derivations(shape: Shape, facts: FactSpecs, proposed: Shape) -> None:
    """How the figures of a shape were reached; for an offer, those that differ from the deal as proposed."""
    console = out()
    console.print(f"[dim]{cell(shape.name)}[/]")
    for follow in shape.follows:
        if all(figure.how != follow.how for figure in shape.figures):
            console.print(f"  [dim]{cell(fact_label(facts, follow.fact))}: {cell(follow.how)}[/]")
    for figure in shape.figures:
        same = proposed.figure(figure.name)
        if shape is proposed or same is None or same.how != figure.how:
            console.print(f"  [dim]{cell(figure.label)}: {cell(figure.how)}[/]")
