"""The loop of the agent: langchain runs it, within limits of turns, tokens and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answers.streaming import ChatModel, Counted, ModelError, told, untraced, within

if TYPE_CHECKING:
    from bot.answers.agent.toolbox import Tool
    from bot.answers.prompts import Prompt

MOST_TURNS = 4
"""Times that the model is asked in one answer; the last time it is offered no tools, so that it has to answer."""

_STEPS = 4 * MOST_TURNS + 4  # of langgraph's graph, as a second limit


@dataclass(frozen=True, slots=True)
class Looked:
    """The end of a turn in which the model called tools: what it said so far was no answer."""


LOOKED = Looked()


class AgentModel:
    """A chat model that may call tools. What it writes comes in portions, each turn's end marked by LOOKED."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    def run(
        self,
        prompt: Prompt,
        tools: Sequence[Tool],
        call: Callable[[Tool, str], str],
        counted: Counted,
        *,
        seconds: float,
        tokens: int,
    ) -> Iterator[str | Looked]:
        """Ask, let it look things up, and give out what it writes.

        When `tokens` are used up, the next turn is the last one. Raises ModelError for every fault, and when `seconds`
        are over.
        """
        with told():
            counted.called = True
            yield from within(self._portions(prompt, tools, call, counted, seconds, tokens), seconds)

    def _portions(
        self,
        prompt: Prompt,
        tools: Sequence[Tool],
        call: Callable[[Tool, str], str],
        counted: Counted,
        seconds: float,
        tokens: int,
    ) -> Iterator[str | Looked]:
        from langchain.agents import create_agent  # seconds, needed with a model only
        from langgraph.errors import GraphRecursionError  # see above

        agent: Any = create_agent(
            self._model.client(seconds),
            [_offered(tool, call) for tool in tools],
            system_prompt=prompt.system,
            middleware=[_last_turn(counted, tokens)],
        )
        messages = {"messages": [("human", prompt.user)]}
        looked = False
        with untraced():
            try:
                for chunk, where in agent.stream(messages, stream_mode="messages", config={"recursion_limit": _STEPS}):
                    if where.get("langgraph_node") == "tools":
                        if not looked:
                            yield LOOKED
                        looked = True
                        continue
                    looked = False
                    usage = getattr(chunk, "usage_metadata", None)
                    if usage is not None:
                        counted.add(usage["input_tokens"], usage["output_tokens"])
                    if isinstance(chunk.content, str) and chunk.content:
                        yield chunk.content
            except GraphRecursionError as error:
                message = "the model did not come to an end"
                raise ModelError(message) from error


def _offered(tool: Tool, call: Callable[[Tool, str], str]) -> Any:
    """The tool as langchain offers it to a model."""
    from langchain_core.tools import StructuredTool  # seconds, needed with a model only
    from pydantic import Field, create_model  # see above

    fields: dict[str, Any] = {}
    if tool.argument is not None:
        fields[tool.argument] = (str, Field(default="", description=tool.meaning))

    def run(**given: str) -> str:
        return call(tool, next(iter(given.values()), ""))

    return StructuredTool(
        name=tool.name, description=tool.does, args_schema=create_model(tool.name, **fields), func=run
    )


def _last_turn(counted: Counted, tokens: int) -> Any:
    """Takes the tools away when it is time to answer, and ends it when they are called all the same."""
    from langchain.agents.middleware import AgentMiddleware  # seconds, needed with a model only
    from langchain_core.messages import AIMessage  # see above

    class LastTurn(AgentMiddleware[Any, Any, Any]):
        def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
            asked = sum(1 for message in request.messages if message.type == "ai")
            if asked >= MOST_TURNS:
                return AIMessage("")
            last = asked >= MOST_TURNS - 1 or counted.tokens >= tokens
            return handler(request.override(tools=[]) if last else request)

    return LastTurn()
