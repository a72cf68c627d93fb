"""The standing texts, live: an edited proposal.yaml is taken at the next proposal, and a broken one is refused."""

from __future__ import annotations

import threading
from pathlib import Path

from bot.pipeline.proposals.texts import ProposalTexts, TextsError, load_texts
from bot.profile.live import Log, file_state
from bot.profile.model import Profile

Stamp = tuple[tuple[int, int, int] | None, str]


class LiveTexts:
    """Keeps one proposal.yaml in use, read against the live profile's facts. Safe to use from several threads.

    Nothing is read before the first use. `problem` says why the file as it stands is not what is live.
    """

    def __init__(self, path: Path, log: Log) -> None:
        self.path = path
        self.problem: TextsError | None = None
        self._log = log
        self._lock = threading.Lock()
        self._seen: Stamp | None = None
        self._texts: ProposalTexts | None = None

    def of(self, profile: Profile) -> ProposalTexts:
        """The texts under this profile.

        Raises:
            TextsError: the file is broken or not there, and there is no earlier one to go on with.
        """
        stamp = (file_state(self.path), profile.id.sha256)
        with self._lock:
            if stamp != self._seen:
                self._seen = stamp
                self._reload(profile)
            if self._texts is None:
                raise self.problem or TextsError([])
            return self._texts

    def _reload(self, profile: Profile) -> None:
        try:
            self._texts, self.problem = load_texts(self.path, profile.facts), None
        except TextsError as error:
            self.problem = error
            if not self.path.exists():  # a firm may have none; whoever asks for a proposal is told
                return
            problems = [str(problem) for problem in error.problems]
            self._log.error("proposal_texts_refused", file=str(self.path), problems=problems)
        else:
            self._log.info("proposal_texts_live", file=str(self.path), sha256=self._texts.sha256)
