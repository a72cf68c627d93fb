"""Files of deals: read row by row; what cannot be read names its line, its column and the remedy."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.deal import plain_facts
from bot.deals.facts import Outcome
from bot.deals.files import MAX_BYTES
from bot.deals.files_text import json_records
from bot.deals.mapping import Mapping, load_mapping
from bot.deals.rows import DealRows, DealsFileError, read_deals
from tests.unit.deals.specs import bundled


def read(data: str | bytes, filename: str = "deals.csv", **parts: Any) -> DealRows:
    raw = data.encode() if isinstance(data, str) else data
    return read_deals(raw, filename=filename, facts=bundled(), currency="USD", **parts)


def mapping(text: str) -> Mapping:
    return load_mapping(text.encode(), filename="map.yaml", facts=bundled())


def test_columns_are_matched_by_name_label_and_further_name() -> None:
    rows = read(
        "Name,Customer,Owner,Stage,Close date,ID,BEDS,Own IT staff,discount off book price,net,Service_Months\n"
        "Mercy 2027,Mercy Regional,Dana Reyes,proposal,2027-03-01,D-1,120,4,8%,60,2\n"
    )
    (row,) = rows
    assert row.deal is not None
    assert plain_facts(row.deal.facts) == {
        "beds": 120,
        "it_staff": 4,
        "discount": 8,
        "payment_days": 60,
        "service_months": 2,
    }
    deal = row.deal
    assert (deal.name, deal.customer, deal.owner, deal.stage) == (
        "Mercy 2027",
        "Mercy Regional",
        "Dana Reyes",
        "proposal",
    )
    assert (deal.close_date, deal.source, deal.source_id) == (date(2027, 3, 1), "file:deals.csv", "D-1")
    assert (row.line, row.errors, row.unread) == (2, (), ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = delimiter.join(["name", "beds", "contract value"]) + "\r\n" + delimiter.join(["Mercy", "120", '"$85,000"'])
    (row,) = read(text)
    assert row.deal is not None
    assert row.deal.facts == {"beds": 120, "contract_value": Decimal(85000)}


def test_quoted_cells_may_hold_delimiters_and_line_breaks() -> None:
    rows = read(
        'name,outcomes,beds\n"Mercy, Ohio","time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed\n'
        'up-time: 99.9%",120\nLakeside,,80\n'
    )
    assert [row.line for row in rows] == [2, 4]
    assert rows[0].deal is not None
    assert rows[0].deal.name == "Mercy, Ohio"
    assert rows[0].deal.facts["outcomes"] == (
        Outcome("time to deploy", Decimal(10), Decimal(3), "days", date(2027, 3, 1), "J. Smith", agreed=True),
        Outcome("up-time", target=Decimal("99.9"), unit="%"),
    )


def test_a_bad_cell_leaves_its_fact_unknown_and_the_row_there() -> None:
    first, second = read("name,beds,discount,close date\nMercy,many,8%,03/04/2027\nLakeside,80,250%,\n")
    assert first.deal is not None
    assert first.deal.facts == {"discount": Decimal(8)}
    assert first.errors == (
        (
            "deals.csv:2: column 'beds': Staffed beds: cannot read 'many'. "
            "Write a whole number of beds from 0 to 10,000, such as 12."
        ),
        (
            "deals.csv:2: column 'close date': cannot read '03/04/2027'. "
            "It may mean two different days. Write a date as year-month-day, such as 2027-03-01. Where the whole file "
            "writes 31.12.2026, put `dates: day first` (or `month first`) into the mapping."
        ),
    )
    assert second.deal is not None
    assert second.deal.facts == {"beds": 80}
    assert "'250%' is above 100%" in second.errors[0]


def test_what_says_unknown_is_unknown() -> None:
    rows = read("name,beds,discount,sponsor,it staff\nMercy,n/a,,none,Unknown\n")
    assert rows[0].deal is not None
    assert rows[0].deal.facts == {"sponsor": "none"}
    assert rows[0].errors == ()


def test_unknown_columns_are_told_once_a_file() -> None:
    rows = read("name,beds,colour,mood\nA,1,red,fine\nB,2,blue,bad\n")
    assert rows.unread == ("colour", "mood")
    assert [row.unread for row in rows] == [("colour", "mood"), ()]


def test_no_usable_column() -> None:
    with pytest.raises(DealsFileError) as caught:
        read("color,shape\nred,round\n")
    assert "deals.csv:1: no column holds a fact" in str(caught.value)
    assert "Found: color, shape. Expected some of: industry, beds," in str(caught.value)
    assert "--mapping" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b" \r\n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"name,beds\n", "there is a header, but no deal"),
        (b"name,beds\nA\0B,1\n", "deals.csv:2: the file is binary"),
        (b"PK\x03\x04 and so on", "an Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (
            "name,beds\nCaf\xe9 hospital of the people\xb4s,1\n".encode("latin-1"),
            "deals.csv:2: the file is not UTF-8; it looks",
        ),
        ("name,beds\nMercy,1\n".encode("utf-16"), "the file is not UTF-8; it looks like utf-16"),
        (b"name,beds,Staffed beds\nA,1,2\n", "the columns 'beds' and 'Staffed beds' both hold beds"),
        (b"name,beds,beds\nA,1,2\n", "the columns 'beds' and 'beds' both hold beds"),
    ],
)
def test_a_file_that_cannot_be_read(data: bytes, says: str) -> None:
    with pytest.raises(DealsFileError) as caught:
        read(data)
    assert str(caught.value).startswith("deals.csv:")
    assert says in str(caught.value)


def test_a_file_over_200_mb_is_refused() -> None:
    with pytest.raises(DealsFileError, match="200 MB"):
        read(bytes(MAX_BYTES + 1))


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    (row,) = read(b"\xef\xbb\xbfbeds,name\n120,Mercy\n")
    assert row.deal is not None
    assert row.deal.facts == {"beds": 120}


def test_ragged_and_broken_rows_do_not_stop_the_others() -> None:
    rows = read('name,beds,net\nA,1,30\nB,2\nC,3,30,4\n"D"x,4,30\nE,5,30\n')
    assert [(row.line, row.deal.name if row.deal else None) for row in rows] == [
        (2, "A"), (3, None), (4, None), (5, None), (6, "E"),
    ]  # fmt: skip
    assert rows[1].errors == ("deals.csv:3: 2 cells, but the header has 3. Quote a cell that contains ','.",)
    assert "deals.csv:5:" in rows[3].errors[0]


def test_formulas_are_data() -> None:
    rows = read('name,owner,beds,discount\n=cmd()|x,@SUM(A1),+120,"=8"\n')
    assert rows[0].deal is not None
    assert (rows[0].deal.name, rows[0].deal.owner) == ("=cmd()|x", "@SUM(A1)")
    assert rows[0].deal.facts == {"beds": 120}
    assert "cannot read '=8'" in rows[0].errors[0]


def test_a_deal_without_a_name_is_called_by_what_is_there() -> None:
    rows = read("customer,id,beds\nMercy,7,1\n,8,2\n,,3\n")
    assert [row.deal.name for row in rows if row.deal] == ["Mercy", "8", "line 4"]


def test_amounts_in_another_currency_are_not_taken() -> None:
    rows = read("name,currency,contract value,beds\nA,EUR,5000,1\nB,usd,5000,2\nC,XQX,5000,3\nD,,EUR 5000,4\n")
    assert [row.deal.facts.get("contract_value") for row in rows if row.deal] == [None, Decimal(5000), None, None]
    assert "rates.yaml has no rate for EUR. Add it there, or write the amount in USD." in rows[0].errors[0]
    assert "'XQX' is not a currency" in rows[2].errors[0]
    assert "no rate for EUR" in rows[3].errors[0]


def test_yaml_keeps_what_stands_in_the_file() -> None:
    rows = read(
        "- name: Mercy\n  beds: 0120\n  prepaid: no\n  discount: 8%\n  close_date: 2027-03-01\n"
        "  outcomes:\n  - {metric: delay, baseline: 10, target: 3, unit: days, due: 2027-03-01, agreed: yes}\n"
        "- name: Lakeside\n  facts: {beds: 80, net: 30, it_staff: ~}\n- 5\n- {beds: 1, beds: 2}\n",
        "deals.yaml",
    )
    assert rows[0].deal is not None
    assert plain_facts(rows[0].deal.facts) == {
        "beds": 120,
        "prepaid": False,
        "discount": 8,
        "outcomes": [
            {"metric": "delay", "baseline": 10, "target": 3, "unit": "days", "due": "2027-03-01", "agreed": True}
        ],
    }
    assert rows[1].deal is not None
    assert rows[1].deal.facts == {"beds": 80, "payment_days": 30}
    assert [(row.line, row.deal) for row in rows[2:]] == [(10, None), (11, None)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [1, 2", "deals.yaml:1:9: not YAML"),
        ("beds: 3", "is a list: each deal begins with a dash"),
        ("- &a [x]\n- *a\n", "no aliases"),
        pytest.param("[" * 1500 + "]" * 1500, "nested too deep", id="deep"),
    ],
)
def test_yaml_that_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(DealsFileError) as caught:
        read(text, "deals.yaml")
    assert says in str(caught.value)


def test_json_lines() -> None:
    rows = read(
        '{"name": "Mercy", "beds": 120, "prepaid": true, "discount": 8.5}\n\n{"name": "B", "facts": {"net": 30}}\n'
        '{"beds": NaN}\n{"beds": 1, "beds": 2}\n[1]\n{"beds": 1.5, "prepaid": 1}\n',
        "deals.jsonl",
    )
    assert rows[0].deal is not None
    assert rows[0].deal.facts == {"beds": 120, "prepaid": True, "discount": Decimal("8.5")}
    assert [(row.line, row.deal is None) for row in rows] == [
        (1, False), (3, False), (4, True), (5, True), (6, True), (7, False),
    ]  # fmt: skip
    assert len(rows[5].errors) == 2
    assert "'beds' stands twice" in rows[3].errors[0]


def test_a_refused_row_of_json_goes_back_as_it_was_written() -> None:
    lines = ['{"beds": NaN}', "{bad", "[1]", '{"beds": 1}']
    records = list(json_records("\n".join(lines), "deals.jsonl"))
    assert [record.text for record in records] == lines
    assert [record.error is None for record in records] == [False, False, False, True]


@pytest.mark.parametrize(("ending", "kind"), [("parquet", "Parquet file"), ("xlsx", "Excel workbook")])
def test_a_file_that_is_not_what_its_name_says_is_told_so(ending: str, kind: str) -> None:
    with pytest.raises(DealsFileError, match=f"this is no {kind}, whatever its name says"):
        read("name,beds\nA,1\n", f"deals.{ending}")


def test_a_json_array() -> None:
    rows = read('[{"name": "A", "beds": 1}, {"name": "B", "beds": 2}]', "deals.json")
    assert [row.deal.facts["beds"] for row in rows if row.deal] == [1, 2]
    with pytest.raises(DealsFileError, match=r"deals.json:1:11: not JSON"):
        read('[{"name": }', "deals.json")


def test_a_mapping() -> None:
    rows = read(
        "NAME,ID,BEDS,TYPE,STATUS,owner,OFF\nA,1,-999,General  Acute care,OPEN,STATE,0.08\n"
        "B,2,80,ZOO,open,STATE,0.1\nC,3,9,ZOO,CLOSED,STATE,0\n",
        mapping=mapping(
            "name: NAME\nid: ID\ncolumns: {beds: BEDS, industry: TYPE, discount: 'off'}\n"
            "values: {industry: {GENERAL ACUTE CARE: hospital, default: null}}\nmissing: {beds: [-999]}\n"
            "multiply: {discount: 100}\nconstants: {offer: managed services}\nonly: {STATUS: [OPEN]}\nignore: [owner]\n"
        ),
    )
    assert rows.left_out == 1
    assert [row.deal.owner for row in rows if row.deal] == [None, None]
    assert [plain_facts(row.deal.facts) for row in rows if row.deal] == [
        {"industry": "hospital", "offer": "managed services", "discount": 8},
        {"beds": 80, "offer": "managed services", "discount": 10},
    ]
    assert not any(row.errors for row in rows)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colums: {beds: BEDS}", "map.yaml:1:1: colums: there is no such key. Did you mean 'columns'? "),
        ("columns:\n  bedz: BEDS", "map.yaml:2:3: columns.bedz: there is no fact or field 'bedz'. Did you"),
        ("columns:\n  beds: [A]", "map.yaml:2:3: columns.beds: input should be a valid string"),
        ("constants:\n  offer: magic", "map.yaml:2:3: Offer: cannot read 'magic'. Choose one of"),
        ("values:\n  industry:\n    ZOO: zoo", "map.yaml:3:5: Industry: cannot read 'zoo'"),
        ("columns: {beds: A}\nconstants: {beds: 3}", "map.yaml:2:13: constants.beds: 'beds' has a column too"),
        ("multiply: {offer: 100}", "only a number can be multiplied"),
        ("name: A\nname: B", "map.yaml:2:1: 'name' stands here twice"),
        ("- a", "map.yaml:1:1: a mapping file is a list of keys"),
        ("a: &x 1\nb: *x", "no aliases"),
        ("a: [", "map.yaml:1:5: not YAML"),
        pytest.param("[" * 1500 + "]" * 1500, "nested too deep", id="deep"),
    ],
)
def test_a_mapping_that_does_not_hold(text: str, says: str) -> None:
    with pytest.raises(DealsFileError) as caught:
        mapping(text)
    assert says in str(caught.value)


def test_a_column_that_only_the_mapping_knows_must_be_there() -> None:
    with pytest.raises(
        DealsFileError, match=r"the mapping names the column 'BETTEN', which is not there. Found: name, beds"
    ):
        read("name,beds\nA,1\n", mapping=mapping("columns: {beds: BETTEN}"))


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.yaml", "a.jsonl", "a.json", "a"]))
def test_any_bytes_are_rows_or_one_clear_error(data: bytes, filename: str) -> None:
    try:
        rows = read(data, filename)
    except DealsFileError as error:
        assert str(error).startswith(filename)  # noqa: PT017 - nothing else is raised
    else:
        assert all(row.deal is not None or row.errors for row in rows)


cells = st.text(max_size=20) | st.sampled_from(["8%", "120", "=1", '"', "net 60", "yes", "a,b", "x\ny"])


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=5))
def test_any_cells_give_a_deal_a_row(table: list[list[str]]) -> None:
    text = "\n".join(json.dumps(dict(zip(["name", "beds", "discount"], row, strict=True))) for row in table)
    rows = read(text, "deals.jsonl")
    assert len(rows) == len(table)
    assert all(row.deal is not None for row in rows)
