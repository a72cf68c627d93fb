"""The handlers of everything that the pipeline's messages lead to, by kind of work."""

from __future__ import annotations

from bot.slack.durable import Handler
from bot.slack.services import Services
from bot.slack.work.pipeline import PipelineWork
from bot.slack.work.pipeline_files import PipelineFiles
from bot.slack.work.pipeline_saved import SavedQuestions


def pipeline_handlers(services: Services, pipeline: PipelineWork) -> dict[str, Handler]:
    """All of them."""
    files, saved = PipelineFiles(services), SavedQuestions(services, pipeline)
    return {
        "pipeline": pipeline.answer,
        "pipeline.again": pipeline.again,
        "pipeline.change": pipeline.change,
        "pipeline.drill": pipeline.drill,
        "pipeline.page": pipeline.page,
        "pipeline.deal": pipeline.deal,
        "pipeline.share": pipeline.share,
        "pipeline.csv": files.csv,
        "pipeline.picture": files.picture,
        "pipeline.share_picture": files.share,
        "pipeline.save": saved.save,
        "pipeline.saved": saved.show,
        "pipeline.forget": saved.forget,
        "pipeline.weekly": saved.post,
    }
