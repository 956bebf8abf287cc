"""A small reading of OpenAPI 3.0 files as JSON Schema, for checking requests and answers against them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_URI = "urn:openapi"


@dataclass(frozen=True)
class Operation:
    """One method of one path. `where` points into the file."""

    template: str
    method: str
    where: str
    spec: dict[str, Any]


class OpenApi:
    """One OpenAPI file. With `strict`, keys that a schema does not name are errors too."""

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        self.document: dict[str, Any] = _as_json_schema(json.loads(path.read_text("utf-8")), strict)
        resource = DRAFT202012.create_resource(self.document)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation of a concrete path; literal paths win over those with parameters."""
        exact = [t for t in self.document["paths"] if t == path]
        for template in exact or self.document["paths"]:
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in self.document["paths"][template]:
                where = f"#/paths/{_pointer(template)}/{method.lower()}"
                return Operation(template, method, where, self.document["paths"][template][method.lower()])
        return None

    def errors(self, pointer: str, value: Any) -> list[str]:
        """What is wrong with `value` by the schema at `pointer`."""
        validator = Draft202012Validator({"$ref": _URI + pointer}, registry=self._registry)
        return [
            f"{'.'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in validator.iter_errors(value)
        ]

    def request_schema(self, operation: Operation) -> str | None:
        """Where the schema of the JSON request body is."""
        content = operation.spec.get("requestBody", {}).get("content", {}).get("application/json", {})
        return (
            f"{operation.where}/requestBody/content/application~1json/schema" if "schema" in content else None
        )

    def answer_schema(self, operation: Operation, status: int) -> str | None:
        """Where the schema of the JSON answer with this status is; `None` if there is none."""
        found = operation.spec.get("responses", {}).get(str(status))
        where = f"{operation.where}/responses/{status}"
        if found is not None and "$ref" in found:
            where = found["$ref"]
            found = self.document["components"]["responses"][where.rsplit("/", 1)[1]]
        schema = (found or {}).get("content", {}).get("application/json", {}).get("schema")
        return f"{where}/content/application~1json/schema" if schema else None


def _pointer(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _as_json_schema(node: Any, strict: bool) -> Any:
    if isinstance(node, list):
        return [_as_json_schema(item, strict) for item in node]
    if not isinstance(node, dict):
        return node
    out = {
        k: _as_json_schema(v, strict)
        for k, v in node.items()
        if k not in ("example", "examples", "x-examples")
    }
    if out.pop("nullable", False) is True:
        kind = out.get("type")
        out["type"] = (
            [kind, "null"] if isinstance(kind, str) else ["object", "string", "number", "array", "null"]
        )
    if strict and out.get("type") == "object" and "properties" in out and "additionalProperties" not in out:
        out["additionalProperties"] = False
    return out
