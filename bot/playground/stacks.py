"""Modals and Home tabs: opened, pushed three deep, updated, closed. Each is checked against the limits first."""

from __future__ import annotations

from bot.playground.checker import Problem
from bot.playground.elements import initial_state, merged_state, with_ids
from bot.playground.errors import Refused
from bot.playground.ids import Ids
from bot.playground.limits import VIEW_BYTES, check_view, view_bytes
from bot.playground.model import Json, View
from bot.playground.workspace import Workspace

DEPTH = 3


class Stacks:
    """What each person has open. Every method that takes a view raises Refused when Slack would."""

    def __init__(self, workspace: Workspace, ids: Ids) -> None:
        self._workspace = workspace
        self._ids = ids

    def open(self, user: str, body: Json) -> View:
        """Open a modal for a person; it takes the place of what they had open."""
        with self._workspace.locked():
            view = self._made(user, body, None)
            for old in self._workspace.stacks.get(user, []):
                self._workspace.views.pop(old, None)
            self._workspace.views[view.id] = view
            self._workspace.stacks[user] = [view.id]
            self._tell(user)
            return view

    def push(self, user: str, body: Json) -> View:
        """Put a modal on top of the one that is open."""
        with self._workspace.locked():
            stack = self._workspace.stacks.get(user, [])
            if not stack:
                error = "not_found"
                raise Refused(error)
            if len(stack) >= DEPTH:
                error = "push_limit_reached"
                raise Refused(error)
            view = self._made(user, body, self._workspace.views[stack[-1]])
            self._workspace.views[view.id] = view
            stack.append(view.id)
            self._tell(user)
            return view

    def update(self, view: View, body: Json, hash_: str | None = None) -> View:
        """Put new content into a view that is open; what was entered in blocks that stay is kept."""
        with self._workspace.locked():
            if hash_ is not None and hash_ != view.hash:
                error = "hash_conflict"
                raise Refused(error)
            view.body = self._checked(body, view.kind, view)
            view.values = merged_state(view.blocks, view.values)
            view.errors = {}
            view.hash = self._ids.view_hash()
            self._tell(view.user)
            return view

    def publish(self, user: str, body: Json, hash_: str | None = None) -> View:
        """Publish a person's Home tab."""
        with self._workspace.locked():
            home = self._workspace.homes.get(user)
            if home is not None and hash_ is not None and hash_ != home.hash:
                error = "hash_conflict"
                raise Refused(error)
            checked = self._checked(body, "home", home)
            if home is None:
                home = self._fresh(user, checked, None)
                self._workspace.homes[user] = home
            home.body = checked
            home.values = merged_state(home.blocks, home.values)
            home.hash = self._ids.view_hash()
            self._workspace.changed("home", user=user)
            return home

    def find(self, view_id: str | None, external_id: str | None) -> View:
        """Return a view that is open. Raises Refused (`not_found`)."""
        found = self._workspace.view(view_id) if view_id else self._workspace.view_by_external_id(external_id or "")
        if found is None:
            error = "not_found"
            raise Refused(error)
        return found

    def close(self, user: str, *, everything: bool = False) -> list[View]:
        """Close the modal on top, or all. Returns those that were closed, the one on top first."""
        with self._workspace.locked():
            stack = self._workspace.stacks.get(user, [])
            count = len(stack) if everything else min(1, len(stack))
            closed = [self._workspace.views.pop(stack.pop()) for _ in range(count)]
            self._tell(user)
            return closed

    def refuse(self, view: View, errors: dict[str, str]) -> None:
        """Show errors at a view's fields."""
        with self._workspace.locked():
            view.errors = dict(errors)
            self._tell(view.user)

    def _tell(self, user: str) -> None:
        self._workspace.changed("views", user=user)

    def _checked(self, body: Json, surface: str, present: View | None) -> Json:
        problems = check_view(body, surface)
        if problems:
            error = "invalid_arguments"
            raise Refused(error, problems)
        if view_bytes(body) > VIEW_BYTES:
            error = "view_too_large"
            raise Refused(error)
        external_id = str(body.get("external_id") or "")
        taken = self._workspace.view_by_external_id(external_id)
        if taken is not None and taken is not present:
            error = "duplicate_external_id"
            raise Refused(error, [Problem("external_id is already in use", "/view/external_id")])
        return {**body, "blocks": with_ids(body["blocks"], self._ids)}

    def _made(self, user: str, body: Json, below: View | None) -> View:
        return self._fresh(user, self._checked(body, "modal", None), below)

    def _fresh(self, user: str, body: Json, below: View | None) -> View:
        view_id = self._ids.make("V0")
        return View(
            id=view_id,
            user=user,
            body=body,
            hash=self._ids.view_hash(),
            root_view_id=below.root_view_id if below else view_id,
            previous_view_id=below.id if below else None,
            values=initial_state(body["blocks"]),
        )
