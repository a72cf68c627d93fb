"""What a YAML text of ours may not hold, found before it is built: aliases, and nesting without end."""

from __future__ import annotations

from typing import Any

import yaml

DEEPEST = 24
"""As deep as the Deal Profile may nest; a list of deals needs four."""


class TooDeep(yaml.YAMLError):
    """Nested deeper than any file of ours."""

    problem = "nested too deep"

    def __init__(self, mark: Any) -> None:
        super().__init__(self.problem)
        self.problem_mark = mark


def has_aliases(text: str) -> bool:
    """Whether the text uses an alias. Raises yaml.YAMLError, at once where it is nested too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            return True
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise TooDeep(event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False
