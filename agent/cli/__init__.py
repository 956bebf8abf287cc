"""The `posture` command. Modules here stay light: everything heavy is imported by the command that needs it."""

from __future__ import annotations

from agent.cli.app import main

__all__ = ["main"]
