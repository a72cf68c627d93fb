"""Mistakes in a proposal.yaml, with their places: what keeps it from being used, and what it points at in vain."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.deals.facts import FactSpecs
from bot.pipeline.proposals.texts import TextsError, parse_texts
from bot.profile.problems import Problem, SourceText
from bot.profile.shape_errors import did_you_mean
from bot.profile.yaml_nodes import Listing, Node, Scalar, Table
from bot.profile.yaml_reading import read_yaml

_LINKS = frozenset({"guidance", "when_behind", "when_not_measured", "when_reached"})


def lint_texts(
    data: bytes, filename: str, *, facts: FactSpecs, anchors: Collection[str], people: Collection[str] | None
) -> list[Problem]:
    """What is wrong with a proposal.yaml; nothing where all is well.

    `facts` are the profile's, `anchors` the places that guidance may link to, `people` the keys in people.yaml; None
    looks none of them up.
    """
    try:
        parse_texts(data, filename, facts)
    except TextsError as error:
        return list(error.problems)
    root, _ = read_yaml(data, filename)
    source = SourceText(filename, data.decode("utf-8-sig"))
    found: list[Problem] = []
    for link in _links(root):
        if link.value not in anchors:
            file = str(link.value).partition("#")[0]
            near = sorted(each for each in anchors if each.startswith(f"{file}#")) or sorted(anchors)
            message = f"There is no playbook passage `{link.value}`."
            remedy = (
                did_you_mean(str(link.value), tuple(near)) if near else "Put the playbook into the knowledge folder."
            )
            found.append(source.problem(link.place, message, remedy, severity="warning"))
    for person in _people(root):
        if people is not None and person.value not in people:
            message = f"`{person.value}` is not in people.yaml."
            remedy = did_you_mean(str(person.value), tuple(people))
            found.append(source.problem(person.place, message, remedy, severity="warning"))
    return found


def _links(node: Node | None, *, inside: bool = False) -> Iterator[Scalar]:
    if isinstance(node, Table):
        for key, child in node.entries.items():
            yield from _links(child, inside=key in _LINKS)
    elif isinstance(node, Listing):
        for child in node.items:
            if inside and isinstance(child, Scalar):
                yield child


def _people(root: Node | None) -> Iterator[Scalar]:
    people = root.get("people") if isinstance(root, Table) else None
    for each in people.items if isinstance(people, Listing) else ():
        person = each.get("person") if isinstance(each, Table) else None
        if isinstance(person, Scalar):
            yield person
