"""The default roles that everybody binds, for clusters whose collector leaves them out.

Stated is what we ask about, no more. Source: Kubernetes RBAC reference, default roles.
"""

from __future__ import annotations

from typing import Any

_WRITE = ["create", "delete", "deletecollection", "patch", "update"]
_READ = ["get", "list", "watch"]
_WORK = [
    "pods", "replicationcontrollers", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs",
]  # fmt: skip
_SHELL = ["pods/exec", "pods/attach", "pods/portforward", "pods/proxy"]


def _rule(groups: list[str], resources: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": groups, "resources": resources, "verbs": verbs}


_KINDS = ["", "apps", "batch"]
_EDIT = [
    _rule(_KINDS, [*_WORK, "services", "configmaps", "secrets", "serviceaccounts"], [*_READ, *_WRITE]),
    _rule([""], _SHELL, ["get", "create"]),
    _rule([""], ["serviceaccounts/token"], ["create"]),
    _rule([""], ["serviceaccounts"], ["impersonate"]),
]
DEFAULT_ROLES: dict[str, list[dict[str, Any]]] = {
    "cluster-admin": [_rule(["*"], ["*"], ["*"])],
    "admin": [*_EDIT, _rule(["rbac.authorization.k8s.io"], ["roles", "rolebindings"], [*_READ, *_WRITE])],
    "edit": _EDIT,
    "view": [_rule(_KINDS, [*_WORK, "services", "configmaps", "serviceaccounts", "pods/log"], _READ)],
}
