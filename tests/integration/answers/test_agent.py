"""The agent: a model with read-only tools, over a real client and an endpoint that behaves well and badly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.answers.agent.composing import AgentComposer
from bot.answers.agent.running import MOST_TURNS
from bot.answers.agent.toolbox import ENOUGH, MOST_CALLS
from bot.answers.budget import HELD, Budget, Limits
from bot.answers.composing import ModelComposer
from bot.answers.model import NOT_SAID, Answer, Turn
from bot.answers.prompts import Prompts
from bot.answers.service import OVER_BUDGET, AnswerService
from bot.answers.streaming import ChatModel, ModelSettings
from bot.answers.writing import NO_REPLY, UNCARRIED
from bot.checking.asker import Asker
from bot.checking.desk import DealDesk
from bot.knowledge.library import Library
from bot.profile.live import LiveProfile
from bot.profile.people import load_people
from bot.store.database import Store, open_store
from bot.store.urls import sqlite_url
from tests.integration.answers.chat_server import Calls, ChatServer, call
from tests.integration.answers.conftest import ROOT, clock
from tests.integration.answers.test_answering import hold_to_promise_11

PEOPLE = load_people(ROOT / "profile" / "people.yaml")
CFO = "how do I open a conversation with a CFO?"
GOOD = "Open the conversation with a number that the CFO already reports [1]."
MERCY = "hospital, 120 beds, digital-records mandate, 4 IT staff, managed services for 2 months, 8% discount, net 60"
FITS = f"would a deal like this fit: {MERCY}?"


def asker_named(name: str, user: str) -> Asker:
    person = PEOPLE.by_name(name)
    assert person is not None
    return Asker(user, person.name, person.roles, person)


DANA, LENA = asker_named("Dana Reyes", "U1"), asker_named("Lena Fischer", "U4")


class House:
    """A service whose model may look things up, on a store of its own."""

    def __init__(self, live: LiveProfile, library: Library, url: str, store: Store) -> None:
        self.live, self.library, self.url, self.store = live, library, url, store
        self.desk = DealDesk(live=live, people=lambda: PEOPLE, library=library, store=store, clock=clock)
        self.now = 0.0

    def service(self, *, seconds: float = 20.0, budget: Budget | None = None, prompts: Path | None = None) -> Any:
        model = ChatModel(ModelSettings("test-model", "sk-canary-123", self.url, seconds))
        texts = Prompts(prompts or ROOT / "prompts")
        single = ModelComposer(model, texts, sleep=lambda _: None)
        composer = AgentComposer(model, texts, single, monotonic=lambda: self.now, sleep=lambda _: None)
        return AnswerService(
            live=self.live,
            library=self.library,
            store=self.store,
            composer=composer,
            clock=clock,
            budget=budget,
            desk=self.desk,
        )


@pytest.fixture(scope="module")
def house(
    live: LiveProfile, library: Library, chat_server: ChatServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    store = open_store(sqlite_url(tmp_path_factory.mktemp("agent") / "dealfit.db"), clock)
    made = House(live, library, chat_server.url, store)
    made.desk.check_text(f"Mercy Regional: {MERCY}", asker=DANA)
    made.desk.check_text("Secret Clinic: hospital, 77 beds, 3% discount", asker=LENA)
    yield made
    store.close()


def results(server: ChatServer) -> list[str]:
    """What the tools gave the model."""
    return [str(one["content"]) for one in server.prompts[-1]["messages"] if one["role"] == "tool"]


def one_that_cites(sentence: str, words: str) -> Callable[[list[dict[str, Any]]], str]:
    """A model that cites whatever source it was given in which these words stand."""

    def reply(messages: list[dict[str, Any]]) -> str:
        given = "\n".join(str(one["content"]) for one in messages if one["role"] in {"user", "tool"})
        given = given.replace("\n| ", " ")
        number = next(n for n, text in re.findall(r"\[(\d+)\]([^\[]*)", given) if words in text)
        return sentence.format(number)

    return reply


def test_what_a_search_finds_is_cited_checked_and_told(
    house: House, chat_server: ChatServer, library: Library, live: LiveProfile
) -> None:
    said = "Ask which existing line the outcome would relieve [{0}]. Offer 33% off at once [{0}]."
    chat_server.will(call("search_playbooks", query="no budget CFO"), one_that_cites(said, "which existing line"))
    heard: list[str] = []
    answer = house.service().answer(CFO, asker=DANA, on_text=heard.append)
    assert "Ask which existing line the outcome would relieve. [1]" in answer.text
    assert "33%" not in answer.text
    assert "".join(heard) == answer.text
    assert answer.citations[0].path == "cfo-conversation.md"
    assert (answer.composer, answer.notice) == ("model", None)
    assert answer.model is not None
    assert (answer.model.way, answer.model.tools, answer.model.fallback) == ("agent", ("search_playbooks",), None)
    assert (answer.model.tokens_in, answer.model.tokens_out) == (200, 5 + len(said.format(10)) // 7 + 1)
    assert [one.kind for one in answer.dropped] == ["quantity"]
    hold_to_promise_11(answer, library, live)
    (system, *_) = chat_server.prompts[0]["messages"]
    offered = {tool["function"]["name"] for tool in chat_server.prompts[0]["tools"]}
    assert offered == {"search_playbooks", "show_rule", "judge_deal"}
    assert all(f"`{name}`" in system["content"] for name in offered)


def test_the_audience_is_the_askers_whatever_the_model_asks_for(house: House, chat_server: ChatServer) -> None:
    query = "bad reason for an exception approver notes audience=approver"
    secret = "These notes are for those who decide"
    assert secret in (ROOT / "knowledge" / "approver-notes.md").read_text("utf-8")
    chat_server.will(call("search_playbooks", query=query), GOOD)
    house.service().answer(CFO, asker=DANA)
    assert results(chat_server) == ["The playbooks that the rep may read say nothing about that."]
    assert "approver-notes" not in str(chat_server.prompts)
    assert secret not in str(chat_server.prompts)
    chat_server.will(call("search_playbooks", query=query), GOOD)
    house.service().answer(CFO, asker=asker_named("Ruth Adeyemi", "U2"))
    assert secret in results(chat_server)[0]


def test_a_verdict_is_said_in_the_judges_words_and_nothing_is_recorded(house: House, chat_server: ChatServer) -> None:
    before = house.store.decisions(kind="verdict", limit=100)
    chat_server.will(call("judge_deal", facts=MERCY), "It fits, and the discount is approved [{}]. Great news!")
    answer = house.service().answer(FITS, asker=DANA)
    (cited,) = [one for one in answer.citations if one.kind == "verdict"]
    assert cited.heading.startswith("Verdict of the judge on The deal as described, profile 2026")
    assert f"The deal as described cannot be judged yet, because facts are missing. [{cited.n}]" in answer.text
    terms = "Payment terms: 60 days, limit at most 30 days, gap 30 days; Finance may approve it."
    assert f"{terms} [{cited.n}]" in answer.text
    assert terms in cited.text
    assert "approved" not in answer.text
    assert house.store.decisions(kind="verdict", limit=100) == before
    assert {d.kind for d in house.store.decisions(limit=100)} == {"verdict", "answer"}


def test_only_what_the_rep_said_is_judged(house: House, chat_server: ChatServer) -> None:
    chat_server.will(call("judge_deal", facts="hospital, 120 beds, discount 0%, net 30, margin 60%"), GOOD)
    answer = house.service().answer("would a hospital with 120 beds fit?", asker=DANA)
    (refused,) = results(chat_server)
    assert "Not judged: the rep has not said this" in refused
    assert not [one for one in answer.citations if one.kind == "verdict"]
    chat_server.will(call("judge_deal", facts="net 30"), "[{}]")
    history = [Turn("user", "they want net 30"), Turn("assistant", "net 45 it is")]
    house.service().answer("would that fit a hospital with 120 beds?", asker=DANA, history=history)
    assert "Payment terms: 30 days" in results(chat_server)[0]


def test_ones_own_deals_are_listed_in_private_and_nobody_elses_ever(house: House, chat_server: ChatServer) -> None:
    question = "which of my deals break the payment terms?"
    chat_server.will(call("my_deals"), one_that_cites("Mercy Regional breaks them [{0}].", "Mercy Regional"))
    answer = house.service().answer(question, asker=DANA, private=True)
    assert "Mercy Regional cannot be judged yet" in answer.text
    assert "Payment terms: 60 days" in answer.text
    assert "Mercy Regional breaks them" not in answer.text
    assert "Secret Clinic" not in str(chat_server.prompts)
    chat_server.will(call("my_deals"), GOOD)
    public = house.service().answer(question, asker=DANA)
    assert "Mercy" not in str(chat_server.prompts)
    assert "Mercy" not in public.text


def test_a_rule_that_was_looked_up_is_said_in_the_judges_words(house: House, chat_server: ChatServer) -> None:
    chat_server.will(call("show_rule", rule="payment terms"), one_that_cites("Net 90 is fine [{0}].", "Payment terms"))
    answer = house.service().answer(CFO, asker=DANA)
    assert "90" not in answer.text
    assert "30 days" in answer.text
    assert answer.citations[0].passage == "rule:payment-terms"


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_endpoint_without_tools_is_asked_without_them(house: House, chat_server: ChatServer, status: int) -> None:
    chat_server.will(GOOD, tools=status)
    service = house.service()
    answer = service.answer(CFO, asker=DANA)
    assert (answer.composer, answer.text.split(" [")[0] + ".") == ("model", GOOD.replace(" [1]", "") + ".")
    assert answer.model is not None
    assert (answer.model.way, answer.model.tools) == ("single-shot", ())
    assert str(status) in str(answer.model.fallback)
    calls = len(chat_server.prompts)
    assert service.answer(CFO, asker=DANA).model.way == "single-shot"
    assert len(chat_server.prompts) == calls + 1, "it was known by now, and tools are not offered again"
    house.now += 3_601
    service.answer(CFO, asker=DANA)
    assert len(chat_server.prompts) == calls + 3, "after an hour they are offered again"


def test_a_slow_endpoint_gets_all_the_time_for_one_call(house: House, chat_server: ChatServer) -> None:
    service = house.service(seconds=0.5)
    chat_server.will("hang")
    for _ in range(2):
        assert service.answer(CFO, asker=DANA).composer == "extractive"
    chat_server.will(GOOD)
    answer = service.answer(CFO, asker=DANA)
    assert (answer.model.way, answer.model.fallback) == ("single-shot", "tools did not work here lately")
    assert "tools" not in chat_server.prompts[0]
    house.now += 601
    assert service.answer(CFO, asker=DANA).model.way == "agent"


@pytest.mark.parametrize(
    "reply",
    [
        '<tool_call>\n{"name": "search_playbooks", "arguments": {"query": "CFO"}}\n</tool_call>',
        '```json\n{"name": "search_playbooks", "arguments": {"query": "CFO"}}\n```',
        'search_playbooks("CFO")',
        "",
    ],
    ids=["tags", "json", "call", "empty"],
)
def test_a_tool_call_that_comes_as_text_is_none(house: House, chat_server: ChatServer, reply: str) -> None:
    chat_server.will(reply, GOOD)
    answer = house.service().answer(CFO, asker=DANA)
    assert answer.text == "Open the conversation with a number that the CFO already reports. [1]"
    assert answer.model is not None
    assert answer.model.way == "single-shot"


def test_ill_formed_calls_are_answered_and_limited(house: House, chat_server: ChatServer) -> None:
    broken = Calls((("search_playbooks", "{bad"), ("drop_tables", "{}"), ("judge_deal", '{"x": [1]}')))
    chat_server.will(broken, GOOD)
    assert house.service().answer(CFO, asker=DANA).composer == "model"
    many = Calls(tuple(("search_playbooks", {"query": f"CFO {n}"}) for n in range(MOST_CALLS + 4)), words="Looking. ")
    chat_server.will(many)
    answer = house.service().answer(CFO, asker=DANA)
    assert len(chat_server.prompts) == MOST_TURNS + 1  # and then once without tools, which calls them all the same
    assert "tools" not in chat_server.prompts[MOST_TURNS - 1]
    assert sum(one == ENOUGH for one in _given(chat_server, MOST_TURNS - 1)) >= 4
    assert answer.composer == "extractive"
    assert answer.claims


def _given(server: ChatServer, at: int) -> list[str]:
    return [str(one["content"]) for one in server.prompts[at]["messages"] if one["role"] == "tool"]


def test_from_the_agent_to_one_call_to_the_playbooks(house: House, chat_server: ChatServer, live: LiveProfile) -> None:
    quoted = AnswerService(live=live, library=house.library, clock=clock).answer(CFO, asker=DANA)
    for replies, notice in ((((500, {}),), NO_REPLY), ((("Pay $9 [1]."),), UNCARRIED)):
        chat_server.will(*replies)
        answer = house.service().answer(CFO, asker=DANA)
        assert (answer.text, answer.composer, answer.notice) == (quoted.text, "extractive", notice)
    chat_server.will("hang")
    hung = house.service(seconds=0.5).answer(CFO, asker=DANA)
    assert (hung.text, hung.composer, hung.notice) == (quoted.text, "extractive", NO_REPLY)


def test_a_model_that_breaks_off_after_a_verdict_leaves_the_verdict(house: House, chat_server: ChatServer) -> None:
    chat_server.will(call("judge_deal", facts=MERCY), "Well<cut>", (500, {}))
    answer = house.service().answer(FITS, asker=DANA)
    assert answer.claims or answer.text == NOT_SAID
    assert "approved" not in answer.text


def test_every_call_is_counted_and_over_budget_none_is_made(
    house: House, chat_server: ChatServer, library: Library
) -> None:
    limits = Limits(per_person=HELD + 500)
    service: AnswerService = house.service(budget=Budget(house.store.model_use, limits))
    chat_server.will(call("search_playbooks", query="x"), call("show_rule", rule="discount"), GOOD)
    answer = service.answer(CFO, asker=DANA)
    assert len(chat_server.prompts) == 3
    person = next(one for one in house.store.model_use.used() if one.user == DANA.user)
    assert (person.tokens_in, person.answers) == (300, 1)
    assert answer.model is not None
    assert person.tokens_out == answer.model.tokens_out == 10 + -(-len(GOOD) // 7)
    house.store.model_use.hold(DANA.user, 400, per_person=None, in_all=None)
    calls = len(chat_server.prompts)
    over: Answer = service.answer(CFO, asker=DANA)
    assert (over.composer, over.notice, len(chat_server.prompts)) == ("extractive", OVER_BUDGET, calls)


def test_the_log_keeps_nothing_of_what_the_check_took_out(house: House, chat_server: ChatServer) -> None:
    chat_server.will(GOOD + " My password is hunter2 and costs $99 [1].")
    answer = house.service().answer(CFO, asker=DANA)
    assert [one.kind for one in answer.dropped] == ["quantity"]
    assert answer.decision_id is not None
    decision = house.store.decision(answer.decision_id)
    assert decision is not None
    assert decision.body["dropped"] == [{"kind": "quantity", "characters": 41}]
    assert "hunter2" not in str(decision.body)
    assert "$99" not in str(decision.body)


STRONG = (
    "Strong Regional: hospital, 120 beds, digital-records mandate, 4 IT staff, remote access, managed services for 6 "
    "months, discount 12%, net 60, $85k, margin 40%, outcomes: time to deploy: 10 -> 3 days by 2027-03-01, owner "
    "J. Smith, agreed; up-time: 98 -> 99 percent by 2027-06-01, owner R. Jones"
)


def test_what_to_tell_their_cfo_is_answered_for_this_deal(
    house: House, chat_server: ChatServer, live: LiveProfile, library: Library
) -> None:
    """With a model and without: the verdict's own figures and outcomes, and the playbooks' words for what fails."""
    checked = house.desk.check_text(STRONG, asker=DANA)
    history = [Turn("user", f"check {STRONG}"), Turn("assistant", "Incomplete: Strong Regional")]
    given: dict[str, Any] = {"asker": DANA, "history": history, "deal": checked.deal, "deal_key": checked.key}
    quoting = AnswerService(live=live, library=library, clock=clock, desk=house.desk)
    quoted = quoting.answer("what do I tell their CFO?", **given)
    said = "Hold on to net 30, and offer 12% more [1]. Holding the terms is not distrust [{0}]. Ask for 44% [{0}]."
    chat_server.will(one_that_cites(said, "Holding the terms is not distrust"))
    written = house.service().answer("what do I tell their CFO?", **given)
    assert written.composer == "model"
    assert "44%" not in written.text
    for answer in (quoted, written):
        (verdict,) = [one for one in answer.citations if one.kind == "verdict"]
        said = [claim.text for claim in answer.claims if claim.citations == (verdict.n,)]
        assert verdict.n == 1
        assert "Payment terms: 60 days, limit at most 30 days, gap 30 days; Finance may approve it." in said
        assert "Agreed with the customer: time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith." in said
        assert not [text for text in said if "up-time" in text], "that one is not agreed"
        assert all(text in verdict.text for text in said)
        assert checked.key is not None
        assert checked.key in verdict.passage
        assert answer.understood == ("Deal: Strong Regional",)
    paths = [one.path for one in quoted.citations]
    assert {paths[1], paths[2]} == {"pricing.md", "payment-terms.md"}, "what fails comes first"
    them = [one.path for one in quoting.answer("what do I tell them?", **given).citations]
    assert paths.count("cfo-conversation.md") > them.count("cfo-conversation.md"), "more of it for the one asked about"
    nobody = quoting.answer("what do I tell their CFO?", **{**given, "asker": Asker("U9", "Nobody")})
    assert {one.kind for one in nobody.citations} == {"verdict"}, "no playbook for who has no role"
    narrow = quoting.answer("how do I handle their objection to the payment terms?", **given)
    assert "Payment terms: 60 days" in narrow.text
    assert "Discount" not in narrow.text
