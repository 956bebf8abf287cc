"""Keep a cold start from importing what no command uses; called before anything else is imported."""

from __future__ import annotations

import gc
import os
import sys
from types import ModuleType
from typing import Any


def prepare() -> None:
    """Say that two side doors of our dependencies are not there, and that their reporting is off.

    httpx imports its own command line, and with it two formatting libraries, whenever they are installed. The tracing
    library behind LangChain imports all models of its service for the sake of one name in annotations. Together they
    are almost half a second of a cold question. Nothing of ours, and nothing that is switched on, uses either.
    Imports make very many objects that stay, which the garbage collector would look through again and again.
    """
    gc.set_threshold(50_000, 20, 50)
    # Tracing libraries that our dependencies bring must not call home.
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "false")
    modules: dict[str, Any] = sys.modules
    modules.setdefault("httpx._main", None)
    if "langsmith.types" not in modules and os.environ["LANGSMITH_TRACING"].lower() != "true":
        stand_in = ModuleType("langsmith.types.run_select_field")
        stand_in.__dict__["RunSelectField"] = str
        modules.setdefault(stand_in.__name__, stand_in)
