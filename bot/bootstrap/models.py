"""What is built with a language model or an embedding model, from the settings that name one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.answers.budget import Budget
    from bot.answers.deal_reading import DealReader
    from bot.answers.query_writer import ModelQueryWriter
    from bot.answers.resting import RestingComposer
    from bot.answers.streaming import ChatModel
    from bot.knowledge.embedding import Embedder
    from bot.store.database import Store


class Models:
    """Builds with the models that are set. `store` is where their use is counted, opened when first needed."""

    def __init__(self, settings: Settings, store: Callable[[], Store]) -> None:
        self._settings = settings
        self._store = store

    @property
    def has_model(self) -> bool:
        """Whether a language model is set."""
        return self._settings.openai_api_key is not None or self._settings.openai_base_url is not None

    def embedder(self) -> Embedder | None:
        """The embedding model that is set; None is the bundled one."""
        settings = self._settings
        if settings.embedding_model is None:
            return None
        from bot.knowledge.remote import RemoteEmbedder

        key = settings.openai_api_key
        return RemoteEmbedder(
            model=settings.embedding_model,
            url=settings.embedding_url or settings.openai_base_url,
            key=key.get_secret_value() if key else None,
        )

    def composer(self) -> RestingComposer | None:
        """What writes answers; None where they are quoted."""
        if not self.has_model:
            return None
        from bot.answers.agent.composing import AgentComposer
        from bot.answers.composing import ModelComposer
        from bot.answers.prompts import Prompts
        from bot.answers.resting import RestingComposer

        model, prompts = self._chat_model(), Prompts(self._settings.prompts_dir)
        return RestingComposer(AgentComposer(model, prompts, ModelComposer(model, prompts)), time.monotonic)

    def deal_reader(self) -> DealReader:
        """Reading deals from messages, with a model where one is set."""
        from bot.answers.deal_reading import JOB, SECONDS, DealReader
        from bot.answers.prompts import Prompts
        from bot.answers.query_writer import ModelQueryWriter

        if not self.has_model:
            return DealReader(None)
        model, prompts = self._chat_model(), Prompts(self._settings.prompts_dir)
        seconds = min(SECONDS, model.settings.seconds)
        return DealReader(ModelQueryWriter(model, prompts, budget=self.budget(), seconds=seconds, job=JOB))

    def query_writer(self) -> ModelQueryWriter | None:
        """What proposes the meaning of a question about the pipeline; None without a model."""
        if not self.has_model:
            return None
        from bot.answers.prompts import Prompts
        from bot.answers.query_writer import ModelQueryWriter

        return ModelQueryWriter(self._chat_model(), Prompts(self._settings.prompts_dir), budget=self.budget())

    def budget(self) -> Budget:
        """What models may be used for in a day. It is counted also where answers are not recorded."""
        from bot.answers.budget import Budget, Limits

        settings = self._settings
        limits = Limits(
            per_person=settings.model_tokens_per_person or None,
            in_all=settings.model_tokens_per_day or None,
            price_in=settings.model_price_in,
            price_out=settings.model_price_out,
        )
        return Budget(self._store().model_use, limits)

    def _chat_model(self) -> ChatModel:
        from bot.answers.streaming import ChatModel, ModelSettings

        key = self._settings.openai_api_key
        model = ModelSettings(
            name=self._settings.openai_model,
            # An endpoint of one's own often wants no key; the client insists on sending one.
            api_key=key.get_secret_value() if key else "not-needed",
            base_url=self._settings.openai_base_url,
            seconds=self._settings.model_seconds,
        )
        return ChatModel(model)
