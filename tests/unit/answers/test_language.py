"""Another language is told by its small words and its script; no English question is ever taken for one."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from bot.answers.language import in_another_language
from evaluation.golden import read_golden, read_traps

DATA = Path(os.environ.get("DEALFIT_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data")


@pytest.mark.parametrize(
    "question",
    [
        "Welchen Rabatt darf ich bei sechs Monaten geben?",
        "Was ist der maximale Rabatt?",
        "wie lange dauert der Besuch",
        "Der Kunde will 90 Tage Zahlungsziel. Was sage ich?",
        "Quel rabais puis-je accorder sur un contrat de six mois ?",
        "Comment ouvrir la conversation avec un directeur financier ?",
        "Combien coûte la visite ?",
        "¿Cómo abro la conversación?",
        "cual es el descuento maximo para un contrato de seis meses",
        "Qual è lo sconto massimo?",
        "Quem aprova um desconto de 12%?",
        "Hoeveel korting krijgt een klant?",
        "Vilken rabatt får jag ge?",
        "Hvad er den højeste rabat?",
        "Jaki rabat mogę dać?",
        "Kaç gün ödeme vadesi var?",
        "Какую скидку можно дать?",
        "我们可以给多少折扣？",
        "割引はいくらまでですか",
        "ما هو الحد الأقصى للخصم؟",
    ],
)
def test_another_language_is_told(question: str) -> None:
    assert in_another_language(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "12%?",
        "discount?",
        "net 60 for Las Palmas?",
        "Discount for Hospital de la Santa Cruz?",
        "Van der Berg Medical Center discount",
        "Does the µ sign mean anything?",
        "MIT and IST?",
        "How do I say no to a résumé café?",
        "What does “welche” mean?",
        "ok",
    ],
)
def test_english_and_what_says_nothing_of_its_language_are_not(question: str) -> None:
    assert not in_another_language(question)


def test_no_golden_and_no_trap_question_is() -> None:
    questions = [*read_golden(), *read_traps()]
    texts = [text for one in questions for text in (one.text, *one.before)]
    assert [text for text in texts if in_another_language(text)] == []


def test_no_published_english_question_message_or_hospital_is() -> None:
    if not DATA.is_dir():
        pytest.skip("set DEALFIT_TEST_DATA to the folder with retrieval/, injection/ and us_hospitals/")
    asked: list[str] = []
    for file in sorted((DATA / "retrieval").glob("*/queries.jsonl")):
        asked += [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    told = [
        json.loads(line)
        for file in (DATA / "injection").glob("*.jsonl")
        for line in file.read_text("utf-8").split("\n")
        if line
    ]
    asked += [row["text"] for row in told if row.get("lang", "en") == "en"]
    with (DATA / "us_hospitals" / "hospitals.csv").open(encoding="utf-8") as file:
        asked += [f"discount for {row['name'].title()}?" for row in csv.DictReader(file)]
    assert len(asked) > 8000
    assert [text for text in asked if in_another_language(text)] == []
