"""A chat model's text as it comes, within a deadline that holds even when the endpoint hangs."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from bot.answers.prompts import Prompt

T = TypeVar("T")

_LATE = "the model did not answer in time"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model to ask, and how patiently: `seconds` is for all of it, retry included. No `base_url`: OpenAI."""

    name: str
    api_key: str = field(repr=False)
    base_url: str | None = field(default=None, repr=False)
    seconds: float = 12.0
    temperature: float | None = 0.0


class ModelError(Exception):
    """The model gave no usable text. `retry_after` is the endpoint's own wish in seconds, if it has one.

    `status` is the endpoint's, where it answered with one.
    """

    def __init__(
        self, reason: str, *, retry: bool = False, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(reason)
        self.retry = retry
        self.retry_after = retry_after
        self.status = status


@dataclass(slots=True)
class Counted:
    """The tokens of an answer's calls, filled in while they reply; None while nobody has counted.

    `called` says that a call was made at all, `cut` that one was broken off before it could say what it took.
    """

    tokens_in: int | None = None
    tokens_out: int | None = None
    called: bool = False
    cut: bool = False

    @property
    def tokens(self) -> int:
        """All tokens that were counted so far."""
        return (self.tokens_in or 0) + (self.tokens_out or 0)

    def add(self, tokens_in: int | None, tokens_out: int | None) -> None:
        """Add what the endpoint reports."""
        if tokens_in is not None:
            self.tokens_in = (self.tokens_in or 0) + tokens_in
        if tokens_out is not None:
            self.tokens_out = (self.tokens_out or 0) + tokens_out


class ChatModel:
    """An OpenAI-compatible endpoint through langchain. The libraries load at the first call: they cost seconds."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings

    def client(self, seconds: float) -> Any:
        """The chat model of langchain, each of whose calls may take this long."""
        from langchain.chat_models import init_chat_model  # 3 to 6 s, needed with a model only

        settings = self.settings
        return init_chat_model(
            settings.name,
            model_provider="openai",
            api_key=settings.api_key,
            base_url=settings.base_url,
            timeout=seconds,
            max_retries=0,
            temperature=settings.temperature,
            stream_usage=True,
        )

    def stream(self, prompt: Prompt, counted: Counted, seconds: float) -> Iterator[str]:
        """The reply in portions. Raises ModelError for every fault, and when `seconds` are over."""
        with told():
            counted.called = True
            chat = self.client(seconds)
            messages = [("system", prompt.system), ("human", prompt.user)]

            def portions() -> Iterator[str]:
                with untraced():
                    for chunk in chat.stream(messages):
                        usage = chunk.usage_metadata
                        if usage is not None:
                            counted.add(usage["input_tokens"], usage["output_tokens"])
                        if isinstance(chunk.content, str) and chunk.content:
                            yield chunk.content

            yield from within(portions(), seconds)


@contextmanager
def told() -> Iterator[None]:
    """Every fault of the endpoint, the network and the libraries as a ModelError, in words of ours."""
    import openai  # with langchain 3 to 6 s, needed with a model only

    try:
        yield
    except openai.APIStatusError as error:
        raise _status(error) from error
    except openai.APITimeoutError as error:
        raise ModelError(_LATE, retry=True) from error
    except openai.APIConnectionError as error:
        message = "the model cannot be reached"
        raise ModelError(message, retry=True) from error
    except TimeoutError as error:
        raise ModelError(_LATE, retry=True) from error
    except (openai.OpenAIError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"the model's reply cannot be read ({type(error).__name__})"
        raise ModelError(message) from error


@contextmanager
def untraced() -> Iterator[None]:
    """Send no trace anywhere, whatever the environment says: langchain reads settings of its own from there."""
    from langsmith import tracing_context  # loaded with langchain

    with tracing_context(enabled=False):
        yield


def within(portions: Iterable[T], seconds: float) -> Iterator[T]:
    """The portions as they come; raises TimeoutError when `seconds` are over, whatever the source is waiting for."""
    arrived: queue.Queue[tuple[str, Any]] = queue.Queue()
    given_up = threading.Event()

    def read() -> None:
        try:
            for portion in portions:
                if given_up.is_set():
                    return
                arrived.put(("text", portion))
            arrived.put(("end", None))
        except BaseException as error:  # noqa: BLE001 - it is raised again by the reader of the queue
            arrived.put(("error", error))

    threading.Thread(target=read, name="model-stream", daemon=True).start()
    deadline = time.monotonic() + seconds
    try:
        while True:
            try:
                kind, value = arrived.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty as empty:
                message = f"no end after {seconds:.0f} s"
                raise TimeoutError(message) from empty
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value
    finally:
        given_up.set()


def _status(error: Any) -> ModelError:
    """What an error status of the endpoint means for us."""
    status = int(error.status_code)
    if status == 429:  # noqa: PLR2004 - HTTP's number for too many requests
        try:
            after = float(error.response.headers.get("retry-after", ""))
        except ValueError:
            after = None
        message = "the model is over its rate limit"
        return ModelError(message, retry=True, retry_after=after, status=status)
    if status >= 500:  # noqa: PLR2004 - HTTP's server errors
        return ModelError(f"the model's server failed ({status})", retry=True, status=status)
    return ModelError(f"the model's server refused the request ({status})", status=status)
