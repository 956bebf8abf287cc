"""The folder that Chainlit runs from: its settings, texts and pictures, kept in the data directory.

Chainlit reads all of that from `CHAINLIT_APP_ROOT` when it is imported, and writes there too, so the files of
the package are copied to `<home>/ui` first and the environment is set before the import.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, MutableMapping, Set
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from agent.ui.users import write_private

_TRACER = "traceloop.sdk"
_STYLE = "posture.css"
# Chainlit would start a chat bot or another data layer for these when they happen to be set.
_NOT_FOR_US = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_WEBSOCKET_TOKEN",
    "TEAMS_APP_ID",
    "TEAMS_APP_PASSWORD",
    "DISCORD_BOT_TOKEN",
    "LITERAL_API_KEY",
    "DATABASE_URL",
)


def app_root(home: Path) -> Path:
    """Bring `<home>/ui` up to date with the files of this version, and return it."""
    root = home / "ui"
    static = files("agent.ui") / "static"
    _copy(static / "public", root / "public", but={_STYLE})
    _put(_style(static / "public"), root / "public" / _STYLE)
    _put((static / "config.toml").read_bytes(), root / ".chainlit" / "config.toml")
    _put((static / "guide.md").read_bytes(), root / "chainlit_en-US.md")
    _put(_texts(static / "texts.json"), root / ".chainlit" / "translations" / "en-US.json")
    return root


def auth_secret(home: Path) -> str:
    """The secret that signs logins; one per data directory, mode 0600, made on the first start."""
    path = home / "chat-secret"
    try:
        found = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        found = ""
    if len(found) < 32:
        found = secrets.token_urlsafe(48)
        write_private(path, found + "\n")
    return found


def environment(home: Path, root: Path) -> dict[str, str]:
    """What Chainlit must find in the environment when it is imported."""
    secret = auth_secret(home)
    return {
        "CHAINLIT_APP_ROOT": str(root),
        "CHAINLIT_AUTH_SECRET": secret,
        # Two instances on one machine share the browser's cookies for its name, whatever the port.
        "CHAINLIT_AUTH_COOKIE_NAME": f"posture_{hashlib.sha256(secret.encode()).hexdigest()[:10]}",
        "CHAINLIT_ENV_FILE": os.devnull,
        # A library of Chainlit would report its use to its makers.
        "TRACELOOP_TELEMETRY": "false",
    }


@contextmanager
def importing(environ: MutableMapping[str, str], values: dict[str, str]) -> Iterator[None]:
    """Set `values` for good, and hide what is not meant for our page while Chainlit is imported."""
    environ.update(values)
    hidden = {name: environ.pop(name) for name in _NOT_FOR_US if name in environ}
    stand_ins = {} if _TRACER in sys.modules else _no_tracer()
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        environ.update(hidden)
        for name in stand_ins:
            sys.modules.pop(name, None)


def _no_tracer() -> dict[str, ModuleType]:
    """Empty modules in place of a tracing library.

    Chainlit imports a client of its makers' service, which imports this library and names one class of it. Nothing
    here uses either, the library takes over half of the time to start, and it reports its use to another host.
    """
    package, sdk = ModuleType("traceloop"), ModuleType(_TRACER)
    sdk.Traceloop = type("Traceloop", (), {})  # type: ignore[attr-defined]
    return {"traceloop": package, _TRACER: sdk}


def _style(public: Traversable) -> bytes:
    """The style sheet with the theme's colours in it: Chainlit sets them late, and would flash its own first."""
    theme = json.loads((public / "theme.json").read_text(encoding="utf-8"))["variables"]
    rules = (
        f"{selector} {{ {' '.join(f'{name}: {value};' for name, value in theme[variant].items())} }}\n"
        for selector, variant in (("html:root", "light"), ("html.dark:root", "dark"))
    )
    return "".join(rules).encode() + (public / _STYLE).read_bytes()


def _copy(source: Traversable, target: Path, but: Set[str] = frozenset()) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for item in source.iterdir():
        if item.is_dir():
            _copy(item, target / item.name)
        elif item.name not in but:
            _put(item.read_bytes(), target / item.name)


def _texts(ours: Traversable) -> bytes:
    """Chainlit's words with ours laid over them: it shows the bare key of a word that is missing."""
    found = find_spec("chainlit")
    places = list(found.submodule_search_locations or ()) if found is not None else []
    theirs = Path(places[0]) / "translations" / "en-US.json" if places else None
    words = json.loads(theirs.read_text(encoding="utf-8")) if theirs is not None and theirs.is_file() else {}
    merged = _laid_over(words, json.loads(ours.read_text(encoding="utf-8")))
    return json.dumps(merged, indent=1, ensure_ascii=False).encode()


def _laid_over(base: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in ours.items():
        known = out.get(key)
        out[key] = _laid_over(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return out


def _put(wanted: bytes, target: Path) -> None:
    if target.is_file() and target.read_bytes() == wanted:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    draft.write_bytes(wanted)
    draft.replace(target)
