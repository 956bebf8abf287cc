"""Chainlit writes where it is told to when it is imported; in tests that is a folder of its own.

Its import warns about other people's deprecations, which are not ours to fail on.
"""

from __future__ import annotations

import importlib
import os
import tempfile
import warnings
from pathlib import Path

from agent.ui.home import environment, importing

if "CHAINLIT_APP_ROOT" not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="posture-chainlit-"))
    with importing(os.environ, environment(_folder, _folder)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _name in ("chainlit", "chainlit.data.base", "chainlit.server"):
            importlib.import_module(_name)
