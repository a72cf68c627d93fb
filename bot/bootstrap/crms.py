"""The CRMs that the settings name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.pipeline.sources.service import Connection


def connections(settings: Settings) -> Iterator[Connection]:
    """The CRMs that are set up, each with its mapping."""
    from bot.pipeline.sources.hubspot import HubSpotCrm
    from bot.pipeline.sources.salesforce import SalesforceCrm
    from bot.pipeline.sources.service import Connection

    if settings.hubspot_token is not None:
        hubspot = HubSpotCrm(
            settings.hubspot_token.get_secret_value(),
            settings.hubspot_url,
            sleep=time.sleep,
            verdict_field=settings.hubspot_verdict_field,
        )
        yield Connection(hubspot, settings.hubspot_mapping)
    token, secret = settings.salesforce_token, settings.salesforce_client_secret
    if settings.salesforce_url is not None and (token is not None or secret is not None):
        salesforce = SalesforceCrm(
            settings.salesforce_url,
            token=token.get_secret_value() if token is not None else None,
            client_id=settings.salesforce_client_id,
            client_secret=secret.get_secret_value() if secret is not None else None,
            sleep=time.sleep,
            verdict_field=settings.salesforce_verdict_field,
        )
        yield Connection(salesforce, settings.salesforce_mapping)
