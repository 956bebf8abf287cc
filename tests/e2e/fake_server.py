"""Serve the page over the stand-in agent: `python -m tests.e2e.fake_server HOME PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from agent.settings import Settings
from agent.ui import serve
from tests.e2e.fake_agent import FakeRuntime


def main() -> None:
    settings = Settings(home=Path(sys.argv[1]), _env_file=None)
    asyncio.run(serve(settings, "127.0.0.1", int(sys.argv[2]), open_runtime=FakeRuntime.open))


if __name__ == "__main__":
    main()
