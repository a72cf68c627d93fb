"""Which faults the command line expects, and how it words them: no traceback for what the user can mend."""

from __future__ import annotations

import errno

OURS = frozenset(
    {
        "StoreError",
        "KnowledgeError",
        "PlaygroundError",
        "DealsFileError",
        "MappingError",
        "SlackUnreachable",
        "CrmError",
        "ScheduleError",
        "ColumnError",
        "NothingClosed",
        "WarehouseError",
    }
)

OF_A_PROFILE = ("deal-profile.yaml", "people.yaml")
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def expected(error: BaseException) -> str | None:
    """The message for a fault that we expect; None for one that is a defect of ours and deserves its traceback."""
    from bot.bootstrap import NotReady
    from bot.profile.problems import ContentError
    from bot.settings import SettingsError

    if isinstance(error, NotReady | SettingsError | ContentError):
        return str(error)
    # By name, so that a command does not load the rooms whose faults it cannot meet.
    if any(parent.__name__ in OURS and parent.__module__.startswith("bot.") for parent in type(error).__mro__):
        return str(error)
    if isinstance(error, OSError) and error.errno in FULL:
        where = error.filename or "what the results are written to"
        return f"{where}: {error.strerror}. Free some room there, or write elsewhere."
    named = isinstance(error, OSError) and bool(error.filename)  # links in a circle, a name that is too long
    if isinstance(error, OSError) and (named or isinstance(error, FileNotFoundError | PermissionError)):
        name = f"{error.filename}: " if named else ""
        lost = isinstance(error, FileNotFoundError) and str(error.filename).endswith(OF_A_PROFILE)
        look = "the path, and DEALFIT_PROFILE_DIR" if lost else "the path and its permissions"
        return f"{name}{error.strerror or error}. Check {look}."
    return None
