"""What the agent can do. Nothing here knows of chat; imports point down (see CONTRIBUTING.md)."""
