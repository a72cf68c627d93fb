"""The files beside a running app: looked over before it starts, and followed while it runs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from bot.cli.console import say
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.bootstrap import Core


def first_look(rooms: Core) -> None:
    """What must be good before anything starts: the profile, the people, the database, and some index."""
    profile = rooms.live.current().profile
    rooms.people()
    rooms.store.ping()
    say(f"Deal Profile: {profile.title} {profile.version}, {counted(len(profile.checks), 'check')}.")
    if not rooms.library.status().exists:
        _index(rooms)


def _index(rooms: Core) -> None:
    from bot.cli.index import refresh
    from bot.knowledge.passages import KnowledgeError

    try:
        refresh(rooms, rebuild=False)
    except KnowledgeError as error:
        # A deal check needs no playbooks: the app runs, and says what is missing.
        say(f"The playbooks cannot be searched: {error}")


def watch_files(rooms: Core, stop: threading.Event) -> None:
    """Notice edits while the app runs: of the profile and the people within a second, of playbooks within five."""
    from bot.knowledge.passages import KnowledgeError
    from bot.knowledge.watch import watch

    def look() -> None:
        while not stop.wait(1.0):
            rooms.live.current()
            rooms.people()

    told: set[str] = set()

    def changed(*_: Any) -> None:
        try:
            report = rooms.library.refresh()
        except KnowledgeError as error:
            rooms.log.warning("playbooks_not_indexed", reason=str(error))
            return
        if report.changed:
            rooms.log.info("playbooks_indexed", passages=report.passages, embedded=report.embedded)
        for refusal in sorted({str(one) for one in report.refused} - told):
            rooms.log.warning("playbook_refused", document=refusal)
        told.clear()  # one that is repaired and goes bad again is told again
        told.update(map(str, report.refused))

    def playbooks() -> None:
        # An index that was there answers from the start; bringing it up to date and loading the model can wait until
        # the address is printed, and nobody should wait for them with a question.
        try:
            changed()
            rooms.library.search("discount", audience=frozenset({"rep"}), limit=1)
        except KnowledgeError as error:
            rooms.log.warning("playbooks_not_searchable", reason=str(error))
        except Exception:
            rooms.log.exception("playbooks_not_indexed")  # the watch tries again, and must not end with this
        watch(rooms.settings.knowledge_dir, changed, stop)

    threading.Thread(target=look, name="dealfit-profile", daemon=True).start()
    threading.Thread(target=playbooks, name="dealfit-playbooks", daemon=True).start()
