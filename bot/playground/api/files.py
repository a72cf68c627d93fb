"""Files: an address to upload to, the bytes, and the message that shares them."""

from __future__ import annotations

import mimetypes
import threading
from dataclasses import dataclass

from bot.playground.api.call import Call, Method
from bot.playground.api.chat import read_thread
from bot.playground.errors import Refused
from bot.playground.model import Json, Message


@dataclass
class StoredFile:
    """A file on its way, or shared."""

    id: str
    name: str
    length: int
    secret: str
    title: str = ""
    alt_text: str = ""
    data: bytes | None = None

    @property
    def mimetype(self) -> str:
        """The type, by the name."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


class Files:
    """The workspace's files, in memory."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._lock = threading.Lock()

    def get(self, file_id: str) -> StoredFile | None:
        """Return a file that has its bytes."""
        found = self._files.get(file_id)
        return found if found is not None and found.data is not None else None

    def receive(self, secret: str, data: bytes) -> bool:
        """Take the bytes sent to an upload address; false when there is no such address."""
        with self._lock:
            found = next((one for one in self._files.values() if one.secret == secret), None)
            if found is None or found.data is not None or len(data) != found.length:
                return False
            found.data = data
            return True

    def methods(self) -> dict[str, Method]:
        """Return the methods, bound to these files."""
        return {"files.getUploadURLExternal": self.upload_url, "files.completeUploadExternal": self.complete}

    def upload_url(self, call: Call) -> Json:
        """Answer `files.getUploadURLExternal`."""
        call.required("filename", "length")
        length = call.number("length", 0)
        if length <= 0:
            error = "invalid_arguments"
            raise Refused(error)
        ids = call.context.ids
        stored = StoredFile(ids.make("F0"), call.text("filename"), length, ids.secret())
        stored.alt_text = call.text("alt_txt")
        with self._lock:
            self._files[stored.id] = stored
        return {"upload_url": call.context.upload_url(stored.secret), "file_id": stored.id}

    def complete(self, call: Call) -> Json:
        """Answer `files.completeUploadExternal`: shares the files as one message, where a channel is given."""
        call.required("files")
        asked = call.structure("files", "invalid_arguments")
        found: list[StoredFile] = []
        for one in asked if isinstance(asked, list) else []:
            stored = self.get(str(one.get("id"))) if isinstance(one, dict) else None
            if stored is None:
                error = "file_not_found"
                raise Refused(error)
            stored.title = str(one.get("title") or stored.name)
            found.append(stored)
        wires = [self._wire(call, stored) for stored in found]
        names = [name for name in (call.text("channels") or call.text("channel_id")).split(",") if name]
        for name in names:
            self._share(call, name, wires)
        return {"files": wires}

    def _share(self, call: Call, name: str, wires: list[Json]) -> None:
        call.args["channel"] = name
        channel = call.channel(member=True, open_only=True)
        app = call.workspace.app
        message = Message(
            ts=call.context.ids.ts(),
            channel=channel.id,
            user=app.user_id,
            text=call.text("initial_comment"),
            thread_ts=read_thread(call, channel),
            bot_id=app.bot_id,
            app_id=app.app_id,
            subtype="file_share",
            files=wires,
        )
        call.workspace.add_message(message)
        call.context.announcer.announce(message)

    def _wire(self, call: Call, stored: StoredFile) -> Json:
        url = f"{call.context.base_url()}files/{stored.id}"
        return {
            "id": stored.id,
            "created": int(call.context.ids.now()),
            "name": stored.name,
            "title": stored.title,
            "alt_txt": stored.alt_text,
            "mimetype": stored.mimetype,
            "filetype": stored.name.rpartition(".")[2],
            "size": stored.length,
            "user": call.workspace.app.user_id,
            "url_private": url,
            "url_private_download": url,
            "permalink": url,
        }
