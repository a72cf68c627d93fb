"""Pure Block Kit builders: data in, blocks out, always within Slack's limits and never with live markup of others."""
