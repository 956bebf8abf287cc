"""Settings for a command: read once, with every fault of theirs as a sentence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from agent.cli.failure import CommandFailed, WrongUsage

if TYPE_CHECKING:
    from agent.settings import Settings

_LONGEST_NAME = 190
_DATABASES = ("sqlite://", "sqlite+aiosqlite://", "postgresql://", "postgres://", "postgresql+psycopg://")


def settings() -> Settings:
    """The settings of this process; the data directory is there and can be written to."""
    from agent.settings import Settings

    try:
        found = Settings()
    except UnicodeDecodeError:
        raise CommandFailed("the file .env in this folder is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise CommandFailed(f"the file .env in this folder cannot be read ({error.strerror})") from None
    url = found.database_url.get_secret_value() if found.database_url is not None else ""
    if url and not url.startswith(_DATABASES):
        raise CommandFailed(
            "the settings are not valid: POSTURE_DATABASE_URL is for SQLite or PostgreSQL; use "
            "sqlite:///path/to/file.db or postgresql://user:password@host/name"
        )
    try:
        home = found.prepared_home()
    except OSError as error:
        raise CommandFailed(
            f"the data directory {found.home_dir} cannot be made ({error.strerror}); "
            "choose another with POSTURE_HOME"
        ) from None
    if not os.access(home, os.W_OK | os.X_OK):
        raise CommandFailed(
            f"the data directory {home} cannot be written to; choose another with POSTURE_HOME"
        )
    return found


def actor(user: str, role: str) -> Any:
    """Who acts, from `--user` and `--role`."""
    from tools.results import Actor, Role

    if role not in set(Role):
        raise WrongUsage(f"there is no role {role!r}; roles are {', '.join(Role)}")
    if not 0 < len(user.strip()) <= _LONGEST_NAME:
        raise WrongUsage(f"--user is a name of 1 to {_LONGEST_NAME} characters")
    from agent.desk import SHELL

    # Chat users and people at a shell are told apart, so that neither can pass for the other's second person.
    name = user if user.endswith(SHELL) else user + SHELL
    return Actor(user=name, role=Role(role))
