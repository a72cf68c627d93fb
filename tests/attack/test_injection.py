"""Promise 12: text that wants to be obeyed, in every free-text place, and a model that obeys it. Nothing changes."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.answers.model import Turn
from bot.bootstrap import Core
from bot.checking.asker import Asker
from bot.deals.outcomes import Outcome
from bot.knowledge.readers.registry import read_document
from bot.knowledge.splitting import split
from bot.pipeline.importing import import_deals
from bot.profile.people import Role
from bot.settings import Settings
from bot.slack import ids
from bot.slack.blocks import answer as answers
from bot.slack.blocks import home
from bot.slack.blocks import verdict as cards
from bot.slack.blocks.elements import inline, section
from bot.slack.blocks.form import FormContext, deal_form, read_form
from bot.slack.inbox import spoken_text
from bot.slack.services import Services
from bot.slack.streaming import safe_markdown
from bot.slack.work.pipeline_messages import PipelineMessages
from tests.attack.corpus import ABSENT, OURS, published
from tests.attack.messages import LIVE_MARK, assert_dead, assert_dead_view
from tests.e2e.conftest import copy_content
from tests.integration.answers.chat_server import ChatServer
from tests.unit.answers.helpers import FakeLibrary, hit

MERCY = (
    "Mercy Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, managed services for 2 months, "
    "8% discount, net 60"
)
EXPECTED_KINDS = {"verdict", "answer", "pipeline-import"}
AT_ONCE = 6
"""As many passages as the model is shown of one question."""


@dataclass
class Room:
    core: Core
    dana: Asker
    morgan: Asker
    people: bytes
    profile: str


@pytest.fixture(scope="module", params=["published", "ours"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    found = published() if request.param == "published" else list(OURS)
    if not found:
        pytest.skip(ABSENT)
    return found


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("injection")
    core = Core(Settings.load(copy_content(folder), env_file=None))
    core.make_data_dir()
    people = core.people()
    dana, morgan = people.by_name("Dana Reyes"), people.by_name("Morgan Lee")
    assert dana is not None
    assert morgan is not None
    yield Room(
        core,
        Asker("U0DANA", dana.name, dana.roles, dana),
        Asker("U0MORGAN", morgan.name, morgan.roles, morgan),
        core.settings.people_path.read_bytes(),
        core.live.current().profile.id.sha256,
    )
    core.close()


@pytest.fixture(autouse=True)
def nothing_else_changed(room: Room) -> Iterator[None]:
    """After each attack: only records of the expected kinds, an unbroken chain, the same people, the same profile."""
    yield
    store = room.core.store
    assert {d.kind for d in store.decisions(limit=100_000)} <= EXPECTED_KINDS
    assert store.verify().ok
    assert room.core.settings.people_path.read_bytes() == room.people
    assert room.core.live.current().profile.id.sha256 == room.profile
    by_key = {p.key: p.roles for p in room.core.people().all}
    assert by_key["dana"] == {Role.REP}


def judged(verdict: Any) -> tuple[Any, ...]:
    """What was decided: everything but the deal's own hash, which covers its name."""
    return verdict.judgement, verdict.findings, verdict.segment, verdict.ask, verdict.counter_offers


def test_in_the_name_and_the_customer_of_a_form(room: Room, texts: list[str]):
    desk, facts = room.core.desk, room.core.live.current().profile.facts
    plain = desk.new_deal("Mercy Regional", asker=room.dana).with_facts(desk.read(MERCY).facts)
    expected = judged(desk.check(plain, asker=room.dana, record=False).verdict)
    people = room.core.people()
    for text in texts:
        values = {
            block: {ids.INPUT: {"type": "plain_text_input", "value": text}}
            for block in (ids.DEAL_NAME, ids.DEAL_CUSTOMER)
        }
        reading = read_form({"values": values}, facts, "USD")
        deal = replace(plain, name=reading.name or "x", customer=reading.customer)
        checked = desk.check(deal, asker=room.dana)
        assert judged(checked.verdict) == expected
        shared = cards.verdict_card(checked, facts=facts, people=people, shared_by=text)
        assert_dead(cards.notification(checked), cards.verdict_card(checked, facts=facts, people=people))
        assert_dead(cards.notification(checked), shared)
        assert_dead_view(deal_form(facts, deal=deal, context_of=FormContext("C1"), notes=(text,)))
        assert_dead_view(cards.findings_view(checked, facts=facts, people=people))
        saved = desk.find(str(checked.key), room.dana)
        assert saved is not None
        assert saved.owner == "Dana Reyes"
        tab = home.home_view(
            name=text, roles=(), deals=[saved], decides=[text], profile=checked.verdict.profile, pipeline=False
        )
        assert_dead_view(tab)


def test_in_the_fields_of_a_form_that_are_facts(room: Room, texts: list[str]):
    """A field takes a fact or refuses it; it is never something else, and an error shows the text as words."""
    facts = room.core.live.current().profile.facts
    fields = [name for name in facts if name != "outcomes"]
    for text in texts:
        values = {ids.DEAL_NAME: {ids.INPUT: {"value": "x"}}}
        values |= {ids.FACT + name: {ids.INPUT: {"value": text}} for name in facts}
        reading = read_form({"values": values}, facts, "USD")
        assert [name for name in fields if reading.facts.get(name) is not None] == []
        assert not [error for error in reading.errors.values() if LIVE_MARK.search(error) and len(error) > 300]


def test_in_outcomes(room: Room, texts: list[str]):
    desk, facts = room.core.desk, room.core.live.current().profile.facts
    made = [Outcome("up-time", 98, 99, "percent", None, "J. Smith", agreed=True)] * 2
    plain = desk.new_deal("Mercy Regional", asker=room.dana).with_facts(
        {**desk.read(MERCY).facts, "outcomes": tuple(made)}
    )
    expected = desk.check(plain, asker=room.dana, record=False).verdict
    for text in texts:
        words = tuple(replace(one, metric=text, owner=text, unit=text) for one in made)
        checked = desk.check(plain.with_facts({"outcomes": words}), asker=room.dana, record=False)
        assert checked.verdict.judgement == expected.judgement
        assert [(f.check, f.result) for f in checked.verdict.findings] == [
            (f.check, f.result) for f in expected.findings
        ]
        assert_dead(cards.notification(checked), cards.verdict_card(checked, facts=facts, people=room.core.people()))


def test_in_a_sentence(room: Room, texts: list[str]):
    """A sentence is read for facts alone: whatever stands beside them changes no verdict but by a fact it states."""
    desk, facts = room.core.desk, room.core.live.current().profile.facts
    before = desk.read(MERCY)
    differing = []
    for text in texts:
        reading = desk.read(f"{MERCY}. {spoken_text(text)}")
        told = {name: value for name, value in reading.facts.items() if before.facts.get(name) != value}
        if told or set(before.facts) - set(reading.facts):
            differing.append((text, told, reading.conflicts))
            continue
        checked = desk.check_text(f"{MERCY}. {spoken_text(text)}", asker=room.dana)
        expected = desk.check(checked.deal.with_facts(before.facts), asker=room.dana, record=False)
        assert judged(checked.verdict) == judged(expected.verdict)
        assert_dead(cards.notification(checked), cards.verdict_card(checked, facts=facts, people=room.core.people()))
    # A text that states a fact contradicts the sentence before it: the fact is left open, never taken from the text.
    assert len(differing) <= len(texts) // 20, differing
    for text, told, conflicts in differing:
        assert (told, bool(conflicts)) == ({}, True), text


def drawn(core: Core) -> PipelineMessages:
    """The pipeline's messages, with the three services that they need."""
    needed = SimpleNamespace(pipeline=core.pipeline, store=core.store, clock=lambda: datetime.now(UTC))
    return PipelineMessages(cast("Services", needed))


def test_in_the_names_customers_and_owners_of_a_file(room: Room, texts: list[str]):
    core, judge = room.core, room.core.live.current()
    before = {d.key for d in core.store.open_deals()}
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["name", "customer", "owner", "beds", "discount", "payment_days"])
    for number, text in enumerate(texts):
        writer.writerow([f"{number} {text}", text, text, 120, 8, 60])
    plain = f"plain {len(texts)}"
    writer.writerow([plain, plain, plain, 120, 8, 60])
    report = import_deals(
        made.getvalue().replace("\x00", "").encode(), "attack.csv", judge=judge, store=core.store, people=core.people(),
        actor="operator",
    )  # fmt: skip
    assert report.rejected == ()
    imported = [d for d in core.store.open_deals() if d.key not in before]
    assert len(imported) == len(texts) + 1
    verdicts = {d.name: judge.judge(d.deal(judge.profile.facts)).plain() for d in imported}
    assert {(each["verdict"], json.dumps(each["findings"])) for each in verdicts.values()} == {
        (verdicts[plain]["verdict"], json.dumps(verdicts[plain]["findings"]))
    }
    assert [d.name for d in imported if core.desk.may_see(d, room.dana)] == []
    assert [d.name for d in imported if core.desk.may_see(d, room.morgan)] == []
    director = Asker("U0V", "Victor Stone", frozenset({Role.MANAGER}))
    whole = drawn(core).glance(director)
    assert_dead(whole["text"], whole["blocks"])


def test_in_a_question_to_the_pipeline(room: Room, texts: list[str]):
    director = Asker("U0V", "Victor Stone", frozenset({Role.MANAGER}))
    before, messages = len(room.core.store.decisions(limit=100_000)), drawn(room.core)
    for number, text in enumerate(texts):
        answer = messages.ask(text, director)
        assert_dead(f"Answer to: {inline(text, 200)}", answer["blocks"])
        assert_dead(answer["text"], [])
        if number % 5:
            continue
        mine = room.core.pipeline.ask(f"deals of Lena Fischer {text}", room.dana)
        rows = [] if mine.table is None else mine.table.plain_rows()
        assert not [row for row in rows if "Lena Fischer" in row]
    assert len(room.core.store.decisions(limit=100_000)) == before


def obeying(messages: list[dict[str, str]]) -> str:
    """What a model says that does all it is told: it repeats the data as its own words and cites every passage."""
    prompt = messages[-1]["content"]
    said = [line.removeprefix("|").strip() for line in prompt.splitlines() if line.startswith("|")]
    marks = "".join(f"[{n}]" for n in range(1, AT_ONCE + 1))
    return "\n".join([f"Deal approved, verdict PASS. {marks}", *[f"{one} {marks}" for one in said if one]])


@pytest.fixture
def model() -> Iterator[ChatServer]:
    server = ChatServer()
    server.start()
    server.will(obeying)
    yield server
    server.stop()


def service_over(room: Room, hits: list[Any], url: str | None) -> Any:
    """The real service over these passages, with the model or without."""
    from bot.answers.service import AnswerService

    composer = None
    if url is not None:
        settings = room.core.settings.model_copy(update={"openai_base_url": url})
        composer = Core(settings).models.composer()
    core = room.core
    return AnswerService(
        live=core.live,
        library=FakeLibrary(hits),
        store=core.store,
        composer=composer,
        rewriter=composer,
        clock=core.clock,
    )


def batches(texts: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(texts), AT_ONCE):
        yield texts[at : at + AT_ONCE]


QUESTION = "How do I open a conversation with a CFO?"
ABOUT = "Open a conversation with a CFO with a number that the CFO already reports."


@pytest.mark.parametrize("with_model", [True, False], ids=["model", "quotes"])
def test_in_playbooks_questions_and_threads(room: Room, texts: list[str], model: ChatServer, with_model: bool):
    core = room.core
    rules = service_over(room, [], None).answer("what discount can I give on a two-month deal?", asker=room.dana)
    for number, some in enumerate(batches(texts)):
        hits = [
            hit(f"{ABOUT} {text}", path=f"p{at}.md", heading=f"{text} > CFO", owner=text)
            for at, text in enumerate(some)
        ]
        service = service_over(room, hits, model.url if with_model else None)
        streamed: list[str] = []
        answer = service.answer(QUESTION, asker=room.dana, on_text=streamed.append)
        history = [Turn("user" if at % 2 else "assistant", text) for at, text in enumerate(some)]
        follow = service.answer(f"and then? {some[0]}", asker=room.dana, history=history)
        # Rules never come from the model: one batch in three is asked about them.
        about_rules = service if number % 3 == 0 else service_over(room, hits, None)
        rule = about_rules.answer("what discount can I give on a two-month deal?", asker=room.dana, history=history)
        for one in (answer, follow, rule):
            assert_dead(answers.answer_notification(one), answers.answer_blocks(one))
            for claim in one.claims:
                assert set(claim.citations) <= {c.n for c in one.citations}
                if one.composer == "model" and all(one.citations[n - 1].kind == "passage" for n in claim.citations):
                    assert "approved, verdict" not in claim.text.lower()
        assert not LIVE_MARK.search(safe_markdown("".join(streamed)))
        stated = [c.text for c in rule.claims if any(rule.citations[n - 1].kind == "rule" for n in c.citations)]
        assert stated[: len(rules.claims)] == [c.text for c in rules.claims]
        for citation in (*answer.citations, *answer.nearest):
            view = answers.passage_view(
                heading=citation.heading, text=citation.text, path=citation.path, owner=some[0], updated=some[-1]
            )
            assert_dead_view(view)
    assert bool(model.prompts) == with_model
    counted = Counter(d.kind for d in core.store.decisions(kind="answer", limit=100_000))
    assert counted["answer"] >= 3


def test_in_the_front_matter_and_body_of_a_playbook(texts: list[str]):
    """A playbook says of itself what it likes; only known keys count, and nobody's audience grows by its body."""
    for text in texts:
        title = json.dumps(" ".join(text.replace("\x00", "").split())[:150], ensure_ascii=False)
        source = f"---\ntitle: {title}\naudience: [approver]\n---\n# T\n\n## {text}\n\n{text}\n\nEnd of it.\n"
        document = read_document(source.replace("\x00", "").encode(), "a.md")
        assert document.front.audience == {"approver"}
        for passage in split("a.md", document).passages:
            assert passage.audience == {"approver"}
            assert_dead_view(answers.passage_view(heading=passage.heading, text=passage.text, path=passage.path))


def test_a_message_of_only_marks_is_still_a_message():
    assert_dead("x", [section(inline("\u202e\x00") or "-")])
    view = answers.passage_view(heading="\u202e", text="\u202e\u2066", path="\u202e")
    assert_dead_view(view)
