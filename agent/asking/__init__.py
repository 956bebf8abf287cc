"""Plain words to a query with a language model: what it is shown, what it may answer, how that is judged."""

from agent.asking.ask import ask_model
from agent.asking.endpoint import Endpoint
from agent.asking.entry import ask_or, open_endpoint
from agent.asking.errors import AskingError, ModelUnavailableError
from agent.asking.outcome import Asked

__all__ = [
    "Asked",
    "AskingError",
    "Endpoint",
    "ModelUnavailableError",
    "ask_model",
    "ask_or",
    "open_endpoint",
]
