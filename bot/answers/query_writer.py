"""A model that proposes a query as JSON: what it proposes is held against what is known by whoever asked for it.

Where the endpoint has structured output, the reply is bound to the JSON Schema; where it refuses that, the same prompt
is sent as plain text, in which the schema stands as well. A model that is slow, over budget or broken proposes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from bot.answers.prompts import PromptError
from bot.answers.streaming import ChatModel, Counted, ModelError, within

if TYPE_CHECKING:
    from bot.answers.budget import Budget
    from bot.answers.prompts import Prompt, Prompts

JOB = "pipeline-query"
SECONDS = 12.0
"""How long a proposal may take, both ways together: longer than that nobody waits for a table."""
REFUSALS = frozenset({400, 404, 405, 415, 422, 501})
"""Statuses with which endpoints refuse a request for structured output."""


class ModelQueryWriter:
    """Writes one proposal for a question, within a time and the asker's budget."""

    def __init__(
        self,
        model: ChatModel,
        prompts: Prompts,
        *,
        budget: Budget | None = None,
        seconds: float | None = None,
        job: str = JOB,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._prompts = prompts
        self._budget = budget
        self._job = job
        self._seconds = min(SECONDS, model.settings.seconds) if seconds is None else seconds
        self._monotonic = monotonic
        self._plain = False
        self._log = structlog.get_logger("dealfit.query_writer")

    def write(self, variables: Mapping[str, Any], schema: Mapping[str, Any], *, user: str) -> str | None:
        """The text of the model's reply; None where there is none, for whatever reason. It never raises."""
        try:
            prompt = self._prompts.render(self._job, variables)
        except PromptError as error:
            self._log.error("query_prompt_broken", problem=str(error))
            return None
        spending = self._budget.begin(user) if self._budget is not None else None
        if self._budget is not None and spending is None:
            self._log.info("query_over_budget", user=user)
            return None
        try:
            return self._written(prompt, schema, spending.counted if spending is not None else Counted())
        except ModelError as error:
            self._log.warning("query_not_written", problem=str(error))
            return None
        finally:
            if spending is not None:
                spending.end()

    def _written(self, prompt: Prompt, schema: Mapping[str, Any], counted: Counted) -> str:
        deadline = self._monotonic() + self._seconds
        if not self._plain:
            text = self._structured(prompt, schema, counted)
            if text is not None:
                return text
            # The endpoint has none: it is not asked for it again while this process runs.
            self._plain = True
        return "".join(self._model.stream(prompt, counted, max(0.0, deadline - self._monotonic())))

    def _structured(self, prompt: Prompt, schema: Mapping[str, Any], counted: Counted) -> str | None:
        """The reply bound to the schema; None where the endpoint does not know how. Raises ModelError."""
        import openai  # with langchain 3 to 6 s, needed with a model only
        from langchain.chat_models import init_chat_model  # see above

        settings = self._model.settings
        counted.called = True
        chat = init_chat_model(
            settings.name,
            model_provider="openai",
            api_key=settings.api_key,
            base_url=settings.base_url,
            timeout=self._seconds,
            max_retries=0,
            temperature=settings.temperature,
        )
        # The schema has unions, which a strict one may not: the reply is held against it here, whatever the endpoint.
        asked = chat.with_structured_output(dict(schema), method="json_schema", include_raw=True, strict=False)

        def reply() -> Iterator[str]:
            both: Any = asked.invoke([("system", prompt.system), ("human", prompt.user)])
            raw = both["raw"]
            usage = raw.usage_metadata
            if usage is not None:
                counted.add(usage["input_tokens"], usage["output_tokens"])
            yield raw.content if isinstance(raw.content, str) else ""

        try:
            return "".join(within(reply(), self._seconds))
        except openai.APIStatusError as error:
            if error.status_code in REFUSALS:
                return None
            message = f"the model's server failed ({error.status_code})"
            raise ModelError(message) from error
        except (openai.OpenAIError, TimeoutError, ValueError, LookupError, TypeError, AttributeError) as error:
            message = f"no reply that can be read ({type(error).__name__})"
            raise ModelError(message) from error
