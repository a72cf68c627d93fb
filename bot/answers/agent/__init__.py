"""A model that may look things up itself, read-only, as the asker: `composing.AgentComposer` is the way in."""
