"""Exposure of repositories of code, as the hosts of code describe them: who may read one has every secret in it."""

from __future__ import annotations

from tools.findings.model import AssetRecord
from tools.priority.exposure import Exposure, Handler, Reader
from tools.priority.reading import View

_INSIDE = ("private", "internal", "organization", "team", "limited")


def public_code(view: View) -> bool | None:
    """Whether anyone reads a repository: GitHub and GitLab name its visibility, Bitbucket has a flag, Azure DevOps goes
    by the project. None if no record says.
    """
    for holder in (view, view.at("project"), view.at("repository")):
        if word := holder.text("visibility", "projectVisibility").lower():
            return word == "public" if word in (*_INSIDE, "public") else None
    hidden = view.flag("private", "is_private", "isPrivate")
    return None if hidden is None else not hidden


def _repository(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    public = public_code(view)
    if public:
        return reader.open(f"anyone can read {asset.name}", "public_read", asset.name)
    if public is False:
        return reader.closed("only its members read it", asset.name)
    return reader.maybe("no record says who reads it", "public_read", asset.name)


HANDLERS: dict[str, Handler] = {"code.repo": _repository}
