"""The prompts: Markdown files with front matter, and the one loader that reads them."""

from prompts.loader import Prompt, PromptError, load

__all__ = ["Prompt", "PromptError", "load"]
