"""Serve the page over the real agent and the demo estate: `python -m tests.e2e.real_server HOME PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from agent.settings import Settings
from agent.ui import serve


def main() -> None:
    settings = Settings(home=Path(sys.argv[1]), _env_file=None)
    asyncio.run(serve(settings, "127.0.0.1", int(sys.argv[2])))


if __name__ == "__main__":
    main()
