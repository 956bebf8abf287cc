"""What holds in Google Cloud whatever bindings say: organisation policies, and perimeters around services."""

from __future__ import annotations

from tools.priority.estate import Estate
from tools.priority.graph.gcp_deeds import Deed
from tools.priority.graph.gcp_load import GcpIam
from tools.priority.reading import View

_PREVENTION = "storage.publicAccessPrevention"
_NO_KEYS = "iam.disableServiceAccountKeyCreation"
_SERVICES = {
    "storage": "storage.googleapis.com",
    "bigquery": "bigquery.googleapis.com",
    "secretmanager": "secretmanager.googleapis.com",
    "cloudsql": "sqladmin.googleapis.com",
}


class GcpLimits:
    """Limits of one estate, by project and what lies above it."""

    def __init__(self, estate: Estate, iam: GcpIam) -> None:
        self._iam = iam
        self._enforced: set[tuple[str, str]] = set()
        for policy in estate.of_kind("gcp.orgpolicy"):
            view = estate.view(policy)
            node, _, constraint = (view.text("name") or policy.uid).partition("/policies/")
            constraint = constraint or view.text("constraint").removeprefix("constraints/")
            if _enforces(view):
                node = node if view.text("name") else f"projects/{iam.project_of(policy)}"
                self._enforced.add((self._node(node), constraint))
        self._kept: dict[str, set[str]] = {}
        for perimeter in estate.of_kind("gcp.perimeter"):
            status = estate.view(perimeter).at("status")
            for resource in status.texts("resources"):
                self._kept.setdefault(self._node(resource), set()).update(status.texts("restrictedServices"))

    def _node(self, text: str) -> str:
        head, _, name = "/".join(text.rstrip("/").split("/")[-2:]).partition("/")
        return f"{head}/{self._iam.numbers.get(name, name)}"

    def forbids(self, deed: Deed, node: str, *, stranger: bool) -> bool:
        """Whether a deed on a node does not work. A perimeter keeps strangers out, not those who are inside it."""
        above = self._iam.engine.above(node)
        if deed.id == "sa-key" and self._holds(above, _NO_KEYS):
            return True
        if not stranger:
            return False
        if deed.on == "bucket" and self._holds(above, _PREVENTION):
            return True
        service = _SERVICES.get(deed.permissions[0].partition(".")[0], "")
        return any(service in self._kept.get(one, ()) for one in above)

    def _holds(self, above: list[str], constraint: str) -> bool:
        return any((one, constraint) in self._enforced for one in above)


def _enforces(view: View) -> bool:
    rules = list(view.at("spec").each("rules"))
    flags = [rule.flag("enforce") for rule in rules if not rule.has("condition")]
    return any(flags) or view.at("booleanPolicy").flag("enforced") is True
