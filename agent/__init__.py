"""The conversation, and the processes that host it."""
