"""Files of deals into the real store, and a manager's questions about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.checking.asker import OPERATOR, Asker
from bot.deals.errors import DealsFileError
from bot.deals.mapping import Mapping
from bot.pipeline.importing import BATCH, DECISION, ImportReport, import_deals
from bot.pipeline.service import PipelineService
from bot.pipeline.sources.taking import Rejected
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import People, load_people
from bot.profile.verdict import Judgement
from bot.store.database import Store
from bot.store.errors import StoreError
from bot.store.kept_deals import KeptDeal
from tests.integration.pipeline.serving import service_over

from .conftest import Ticking

ROOT = Path(__file__).parents[3]
PROFILE = ROOT / "profile" / "deal-profile.yaml"
GOOD = "hospital,120,yes,4,yes,managed services,yes,12,85000,8,35,yes,2,yes,CFO"
HEADER = (
    "id,name,customer,owner,stage,close date,industry,beds,records mandate,IT staff,remote access,offer,managed option,"
    "service term,contract value,discount,margin,monthly call,reviews a year,service visit,sponsor,net"
)
CSV = f"""{HEADER}
D1,Mercy Regional,Mercy,Dana Reyes,Proposal,2026-12-10,{GOOD},60
D2,Hope Clinic,Hope,dana@alphatech.example,Negotiation,2027-01-20,{GOOD},30
D3,Grace General,Grace,Sam Okafor,Proposal,2026-12-20,{GOOD},
D4,Faith Memorial,Faith,Lena Fischer,Proposal,2026-12-20,{GOOD},60
D5,St. Jude,St. Jude,Zoe Nobody,Closed Won,2026-11-02,{GOOD},30
D6,Odd Discount,Odd,Sam Okafor,Proposal,2026-12-01,{GOOD.replace(",8,35,", ",lots,35,")},30
D1,Mercy again,Mercy,Dana Reyes,Proposal,2026-12-10,{GOOD},30
,,,Dana Reyes,Proposal,2026-12-10,{GOOD},30
""".encode()


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_profile(PROFILE))


@pytest.fixture(scope="module")
def people() -> People:
    return load_people(ROOT / "profile" / "people.yaml")


class Live:
    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def current(self) -> Judge:
        return self.judge


@pytest.fixture
def service(store: Store, judge: Judge, people: People, clock: Ticking, tmp_path: Path) -> PipelineService:
    return service_over(store, Live(judge), people, clock, tmp_path / "table")


def bring_in(store: Store, judge: Judge, people: People, data: bytes = CSV, name: str = "deals.csv") -> ImportReport:
    return import_deals(data, name, judge=judge, store=store, people=people, actor="operator")


def asker(people: People, key: str) -> Asker:
    person = people.by_key(key)
    assert person is not None
    return Asker(user=key, name=person.name, roles=person.roles, person=person)


def test_good_rows_come_in_and_bad_ones_are_told(store: Store, judge: Judge, people: People) -> None:
    report = bring_in(store, judge, people)
    assert (report.read, report.imported, report.updated, report.unchanged) == (8, 6, 0, 0)
    assert [(line, reason.split(".")[0]) for line, reason in report.rejected] == [
        (8, "It is the same deal as line 2"),
        (9, "The row names no deal, no customer and no id"),
    ]
    ((line, note),) = report.notes_by_row
    assert line == 7
    assert "lots" in note
    assert report.unknown_owners == {"Zoe Nobody": 1}
    assert report.statuses == {"open": 5, "won": 1}
    assert {saved.status for key in ("D1", "D5") if (saved := store.deal(f"file:deals.csv:{key}"))} == {"open", "won"}
    odd = store.deal("file:deals.csv:D6")
    assert odd is not None
    assert "discount" not in odd.facts_plain
    assert odd.judgement is None
    assert judge.judge(odd.deal(judge.profile.facts)).judgement is Judgement.INCOMPLETE


def test_the_import_is_a_decision_with_its_counts_and_the_file_s_hash(
    store: Store, judge: Judge, people: People
) -> None:
    report = bring_in(store, judge, people)
    done, decision = store.decisions(kind=DECISION)
    assert decision.id == report.decision_id == done.body["begun"]
    assert decision.actor == "operator"
    assert decision.body["sha256"] == report.sha256
    assert decision.body["profile"]["sha256"] == judge.profile.id.sha256
    assert (done.body["read"], done.body["imported"], done.body["rejected"]) == (8, 6, 2)
    assert store.profile_source(judge.profile.id.sha256) == PROFILE.read_bytes()
    assert store.verify().ok
    saved = store.deal("file:deals.csv:D1")
    assert saved is not None
    assert saved.decision_id == decision.id


def test_the_same_file_again_changes_nothing(store: Store, judge: Judge, people: People) -> None:
    bring_in(store, judge, people)
    before = store.open_deals()
    report = bring_in(store, judge, people)
    assert (report.imported, report.updated, report.unchanged) == (0, 0, 6)
    assert store.open_deals() == before


def test_a_changed_row_updates_its_deal_and_no_other(store: Store, judge: Judge, people: People) -> None:
    bring_in(store, judge, people)
    report = bring_in(store, judge, people, CSV.replace(b"35,yes,2,yes,CFO,60\nD2", b"35,yes,2,yes,CFO,30\nD2"))
    assert (report.imported, report.updated, report.unchanged) == (0, 1, 5)
    lost = CSV.replace(b"Hope,dana@alphatech.example,Negotiation", b"Hope,dana@alphatech.example,Closed Lost")
    closed = bring_in(store, judge, people, lost)
    assert closed.updated == 2
    assert "Hope Clinic" not in {deal.name for deal in store.open_deals()}


def test_files_of_other_names_are_one_source_when_it_is_named(store: Store, judge: Judge, people: People) -> None:
    for name in ("monday.csv", "tuesday.csv"):
        report = import_deals(CSV, name, judge=judge, store=store, people=people, actor="operator", source="crm")
    assert (report.imported, report.unchanged) == (0, 6)
    assert store.deal("crm:D1") is not None


def test_a_mapping_is_used(store: Store, judge: Judge, people: People) -> None:
    data = b"Opp,BEDS,Rep\nMercy,-999,Dana Reyes\nHope,120,Sam Okafor\n"
    mapping = Mapping(columns={"beds": "BEDS", "owner": "Rep"}, name="Opp", missing={"beds": ["-999"]})
    report = import_deals(data, "h.csv", judge=judge, store=store, people=people, mapping=mapping, actor="operator")
    assert report.imported == 2
    assert {deal.name: deal.facts_plain for deal in store.open_deals()} == {"Mercy": {}, "Hope": {"beds": 120}}


def test_a_file_that_is_no_file_of_deals_changes_nothing(store: Store, judge: Judge, people: People) -> None:
    for data in (b"", b"\x00\x01\x02", b"colour,size\nred,3\n"):
        with pytest.raises(DealsFileError):
            bring_in(store, judge, people, data)
    assert store.open_deals() == []
    assert store.decisions(kind=DECISION) == []


def test_an_import_of_several_batches_tells_its_progress_and_ends_whole(
    store: Store, judge: Judge, people: People
) -> None:
    rows = "\n".join(f"D{n},Deal {n},C{n % 7},Dana Reyes,Proposal,2026-12-10,{GOOD},30" for n in range(BATCH * 2 + 1))
    told: list[tuple[int, int]] = []
    report = import_deals(
        f"{HEADER}\n{rows}\n".encode(), "many.csv", judge=judge, store=store, people=people, actor="operator",
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert report.imported == len(store.open_deals()) == BATCH * 2 + 1
    assert told == sorted(told)
    assert told[-1] == (report.read, report.read)


class CutOff:
    """A store whose database goes away after the first batch."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.batches = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def keep_deals(self, batch: Sequence[KeptDeal], decision: int) -> None:
        self.batches += 1
        if self.batches > 1:
            raise StoreError("The database went away.")
        self.store.keep_deals(batch, decision)


def test_an_interrupted_import_is_finished_by_the_next(store: Store, judge: Judge, people: People) -> None:
    rows = "\n".join(f"D{n},Deal {n},C,Dana Reyes,Proposal,2026-12-10,{GOOD},30" for n in range(BATCH + 10))
    data = f"{HEADER}\n{rows}\n".encode()
    with pytest.raises(StoreError):
        import_deals(data, "many.csv", judge=judge, store=CutOff(store), people=people, actor="operator")
    assert len(store.open_deals()) == BATCH
    report = bring_in(store, judge, people, data, "many.csv")
    assert (report.imported, report.updated, report.unchanged) == (10, 0, BATCH)
    assert store.verify().ok


def test_deals_that_left_the_source_are_told_and_removed_on_request(store: Store, judge: Judge, people: People) -> None:
    bring_in(store, judge, people)
    shorter = CSV.replace(
        f"D2,Hope Clinic,Hope,dana@alphatech.example,Negotiation,2027-01-20,{GOOD},30\n".encode(), b""
    )
    report = bring_in(store, judge, people, shorter)
    assert (report.missing.deals, report.missing.names, report.missing.removed) == (1, ("Hope Clinic",), False)
    assert any("1 open deal of this source is not in the file: Hope Clinic. It stays" in note for note in report.notes)
    closed = import_deals(
        shorter, "deals.csv", judge=judge, store=store, people=people, actor="operator", remove_missing=True
    )
    gone = store.deal("file:deals.csv:D2")
    assert gone is not None
    assert (closed.missing.removed, gone.status, gone.decision_id) == (True, "removed", closed.decision_id)
    assert gone.stage == "Negotiation", "where it stood when it went"
    assert bring_in(store, judge, people).updated == 1, "back in the file, it is open again"
    assert store.verify().ok


def test_rejected_rows_keep_their_own_text(store: Store, judge: Judge, people: People) -> None:
    told: list[Rejected] = []
    broken = CSV + b'D9,"Broken"x,Broken\nD10,Two,Cells\n'
    import_deals(broken, "deals.csv", judge=judge, store=store, people=people, actor="operator", on_reject=told.append)
    assert [each.line for each in told] == [8, 9, 10, 11]
    assert [each.text for each in told] == broken.decode().splitlines()[7:]
    assert "2 cells" not in told[2].reason
    assert "3 cells, but the header has 22" in told[3].reason


def test_danas_deals_that_break_the_payment_terms(
    store: Store, judge: Judge, people: People, service: PipelineService
) -> None:
    bring_in(store, judge, people)
    answer = service.ask("which of Dana's deals break the payment terms", asker(people, "morgan"))
    assert [chip.text for chip in answer.understood] == ["owner: Dana Reyes", "fails: Payment terms", "status: open"]
    plain = answer.plain()
    names = [column["name"] for column in plain["columns"]]
    (row,) = plain["rows"]
    shown = dict(zip(names, row, strict=True))
    assert (shown["deal"], shown["payment_days"], shown["limit"], shown["gap"], shown["authority"]) == (
        "Mercy Regional", 60, "at most 45 days", 15, "Finance",
    )  # fmt: skip


def test_a_manager_sees_the_team_and_the_operator_everything(
    store: Store, judge: Judge, people: People, service: PipelineService
) -> None:
    bring_in(store, judge, people)
    picture = service.overview(asker(people, "morgan")).fit
    assert [(group.label, group.split.total.deals) for group in picture.by_owner] == [
        ("Dana Reyes", 2),
        ("Sam Okafor", 2),
    ]
    assert service.overview(asker(people, "chris")).fit.split.total.deals == 1
    assert service.overview(OPERATOR).fit.split.total.deals == 5


def test_a_deal_that_changes_is_seen_at_the_next_question(
    store: Store, judge: Judge, people: People, service: PipelineService
) -> None:
    bring_in(store, judge, people)
    question = "how many of Dana's deals break the payment terms"
    first = service.ask(question, OPERATOR)
    bring_in(store, judge, people, CSV.replace(b"35,yes,2,yes,CFO,60\nD2", b"35,yes,2,yes,CFO,30\nD2"))
    second = service.ask(question, OPERATOR)
    assert first.table is not None
    assert second.table is not None
    assert [first.table.matched, second.table.matched] == [1, 0]
