"""How a command ends that could not do its work: one sentence that says what to do, and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pydantic import ValidationError

_OURS = frozenset({"tools", "agent", "evals", "prompts"})
_DRIVERS = frozenset({"psycopg", "psycopg_pool", "sqlalchemy", "aiosqlite", "sqlite3"})
# Fields of the tenant's connection, by the setting that a person gave them with.
_CONNECTION = {
    "base_url": ("POSTURE_TENANT_URL", "give the API address, for example https://api-mytenant.xdr.eu.paloaltonetworks.com"),
    "prefix": ("POSTURE_TENANT_PREFIX", "give a path, for example /public_api/v1"),
    "key_id": ("POSTURE_TENANT_KEY_ID", "give the number that the tenant shows beside the key"),
    "key": ("POSTURE_TENANT_KEY", "give the key as the tenant showed it, without spaces"),
    "token_url": ("POSTURE_TENANT_TOKEN_URL", "give the gateway's token address"),
    "client_id": ("POSTURE_TENANT_CLIENT_ID", "give the client's id at the gateway"),
    "client_secret": ("POSTURE_TENANT_CLIENT_SECRET", "give the client's secret at the gateway"),
    "timeout_s": ("POSTURE_TENANT_TIMEOUT_S", "give seconds, above 0"),
}  # fmt: skip
_CONNECTION_MODELS = frozenset({"CortexConfig", "StandardKey", "AdvancedKey", "ClientCredentials"})


class CommandFailed(Exception):
    """A command could not do its work; the message says what to do. `body` is what `--json` prints beside it."""

    def __init__(self, message: str, body: Mapping[str, Any] | None = None, *, code: int = 1) -> None:
        super().__init__(message)
        self.body = dict(body or {})
        self.code = code


class WrongUsage(CommandFailed):
    """Arguments that cannot be meant: exit code 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code=2)


def fail(message: str, as_json: bool, code: int = 1, body: Mapping[str, Any] | None = None) -> NoReturn:
    """End with a sentence and an exit code, never with a traceback."""
    from agent.cli.output import note, to_json

    if as_json:
        document = {**to_json(body or {}), "error": message}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        sys.stdout.flush()
    else:
        note(message)
    raise SystemExit(code)


def usage_of(error: BaseException) -> str | None:
    """What Typer says about arguments, in one line; None for any other error."""
    said = getattr(error, "format_message", None)
    if said is None or not hasattr(error, "exit_code"):
        return "stopped" if type(error).__name__ == "Abort" else None
    words = " ".join(str(said()).split()).replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    return f"{words} (try: {context.command_path} --help)" if context is not None else words


def sentence(error: BaseException) -> str:
    """One sentence about an error: our own as they are, a setting's by its name, a defect by its kind."""
    from pydantic import ValidationError

    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    if isinstance(error, ValidationError):
        return _invalid(error)
    module = type(error).__module__.split(".")[0]
    if module in _OURS:
        return str(error)
    if module in _DRIVERS:
        return (
            f"our own database does not work ({type(error).__name__}); check POSTURE_DATABASE_URL and that the "
            "server is there, or unset it to use a file in POSTURE_HOME"
        )
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror or error}{where}; check the path and its permissions"
    return f"this failed inside ({type(error).__name__}: {error}); set POSTURE_LOG_LEVEL=DEBUG to see where"


def _invalid(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    first = faults[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if error.title == "Settings":
        name = where.upper() if where.isupper() else f"POSTURE_{where.upper()}"
        return f"the settings are not valid: {f'{name}: ' if where else ''}{message}"
    if error.title in _CONNECTION_MODELS and (known := _CONNECTION.get(str(first["loc"][-1]))):
        name, advice = known
        return f"the settings are not valid: {name} cannot be used; {advice}"
    return "not valid: " + "; ".join(
        ": ".join(
            filter(None, (".".join(map(str, fault["loc"])), fault["msg"].removeprefix("Value error, ")))
        )
        for fault in faults[:5]
    )
