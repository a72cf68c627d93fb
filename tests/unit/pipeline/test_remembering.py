from __future__ import annotations

from bot.pipeline.remembering import MOST_VOCABULARIES, Memory
from bot.pipeline.vocabulary import Seen, vocabulary

from .support import judge, people


def test_a_vocabulary_is_made_once_for_what_it_is_made_of() -> None:
    memory, made = Memory(), 0

    def make() -> object:
        nonlocal made
        made += 1
        return vocabulary(judge().profile, people(), people().all)

    first = memory.vocabulary("one", make)  # type: ignore[arg-type]
    assert memory.vocabulary("one", make) is first  # type: ignore[arg-type]
    assert memory.vocabulary("other", make) is not first  # type: ignore[arg-type]
    assert made == 2


def test_what_was_not_asked_for_longest_is_forgotten() -> None:
    memory = Memory()
    words = vocabulary(judge().profile, people(), people().all[:1])
    for number in range(MOST_VOCABULARIES + 5):
        memory.vocabulary(number, lambda: words)
    assert len(memory._vocabularies) == MOST_VOCABULARIES
    assert 0 not in memory._vocabularies


def test_names_that_a_question_says_are_added_and_the_rest_is_not_touched() -> None:
    words = vocabulary(judge().profile, people(), people().all[:1])
    more = words.with_names(Seen(customers=("Hope Clinic",), stages=("Verbal",)))
    assert ("hope", "clinic") in more.written
    assert ("hope", "clinic") not in words.written
    assert words.with_names(Seen()) is words
    assert ("sam",) not in words.written
