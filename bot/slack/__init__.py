"""The Slack app: listeners, the durable inbox, and pure Block Kit builders."""
