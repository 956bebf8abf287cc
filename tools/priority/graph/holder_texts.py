"""Places of a configuration where credentials lie about: environments, settings, start scripts, secrets of clusters."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.priority.reading import View, items, shown

_MOST_TEXT = 100_000


def texts_of(view: View) -> Iterator[tuple[str, str]]:
    """Places of a configuration where credentials lie about, with their text: (name of the place, text)."""
    environment = view.get("Environment", "environment")
    if isinstance(environment, Mapping):
        inner = environment.get("Variables") or environment.get("variables") or environment
        for name, value in _pairs(inner):
            yield f"variable {shown(name, 60)}", value
        listed = environment.get("environmentVariables")
        for item in items(listed):
            yield f"variable {shown(View(item).text('name'), 60)}", View(item).text("value")
    for item in [*items(view.at("Config").get("Env")), *items(view.get("Env"))]:
        name, _, value = str(item).partition("=")
        yield f"variable {shown(name, 60)}", value
    for container in [*view.each("containerDefinitions", "container_definitions"), *_containers(view)]:
        for item in container.each("environment", "env"):
            yield f"variable {shown(item.text('name'), 60)}", item.text("value")
    for setting in [
        *view.each("appSettings"),
        *view.at("siteConfig").each("appSettings", "connectionStrings"),
    ]:
        yield f"setting {shown(setting.text('name'), 60)}", setting.text("value", "connectionString")
    for name, value in _pairs(view.get("appSettings", "environmentVariables", "env_vars")):
        yield f"variable {shown(name, 60)}", value
    script = view.get("UserData", "user_data", "customData")
    text = View(script).text("Value") if isinstance(script, Mapping) else script
    if isinstance(text, str) and text:
        yield "start script", decoded(text)
    for extension in [*view.each("extensions"), *view.each("resources")]:
        for place in ("settings", "protectedSettings"):
            command = extension.at(place).text("commandToExecute", "script")
            if command:
                yield f"extension {shown(extension.text('name'), 60)}", decoded(command)
    if view.text("kind") == "Secret":
        for name, value in _pairs(view.get("data")):
            yield f"entry {shown(name, 60)}", decoded(value)
        for name, value in _pairs(view.get("stringData")):
            yield f"entry {shown(name, 60)}", value
    for item in view.at("metadata").each("items"):
        yield f"metadata {shown(item.text('key'), 60)}", item.text("value")[:_MOST_TEXT]


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, text in value.items():
            if isinstance(text, str):
                yield str(name), text[:_MOST_TEXT]


def _containers(view: View) -> Iterator[View]:
    spec = view.at("spec")
    for place in (spec, spec.at("template").at("spec"), view.at("template").at("spec")):
        yield from place.each("containers")
        yield from place.each("initContainers")


def decoded(text: str) -> str:
    """A start script as text; it may come in base64."""
    compact = "".join(text.split())
    if len(compact) >= 16 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", compact):
        try:
            return base64.b64decode(compact, validate=True).decode("utf-8")[:_MOST_TEXT]
        except (binascii.Error, UnicodeDecodeError):
            pass
    return text[:_MOST_TEXT]
