"""A pipeline service over a real store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.pipeline.deal_table.tables import PipelineTables
from bot.pipeline.service import PipelineService
from bot.profile.people import People
from bot.store.database import Store


def service_over(
    store: Store, live: Any, people: People, clock: Callable[[], datetime], folder: Path, warehouse: str | None = None
) -> PipelineService:
    """The service as bootstrap wires it; `folder` is where the deal table keeps its files."""
    tables = PipelineTables(
        live=live, people=lambda: people, store=store, folder=folder, clock=clock, warehouse_url=warehouse
    )
    return PipelineService(live=live, people=lambda: people, store=store, tables=tables, clock=clock)
