"""The checks of the estate on Kubernetes, over its objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.tenant.estate.checks import CLOSE, HIGH, LOW, MEDIUM, Config, Row


def _spec(config: Config) -> Any:
    return config["spec"]["template"]["spec"]


def _context(config: Config) -> Any:
    return _spec(config)["containers"][0].get("securityContext", {})


def _host_path(config: Config) -> bool:
    return any("hostPath" in volume for volume in _spec(config).get("volumes", ()))


def kubernetes_rows() -> Iterator[Row]:
    """Checks by kind of resource."""
    work = "k8s.deployment"
    yield (
        *(work, "core_minimize_privileged_containers", HIGH, "Container runs privileged"),
        *(lambda c: bool(_context(c).get("privileged")), "Drop it; add the capabilities needed."),
    )
    yield (
        *(work, "core_minimize_hostpath_volume_mounts", HIGH, "Container mounts a path of its node"),
        *(_host_path, "Use a volume of the cluster."),
    )
    yield (
        *(work, "core_minimize_hostNetwork_containers", HIGH, "Pod shares its node's network"),
        *(lambda c: bool(_spec(c).get("hostNetwork")), "Give it a network of its own."),
    )
    yield (
        *(work, "core_minimize_root_containers_admission", MEDIUM, "Container may run as root"),
        *(lambda c: not _context(c).get("runAsNonRoot"), "Set runAsNonRoot."),
    )
    yield (
        *(work, "core_memory_limits_set", LOW, "Container has no memory limit"),
        *(lambda c: "limits" not in _spec(c)["containers"][0]["resources"], "Set a limit."),
    )
    yield (
        *(work, "core_image_tag_fixed", LOW, "Image tag may change"),
        *(lambda c: _spec(c)["containers"][0]["image"].endswith(":latest"), "Name a version or a digest."),
    )
    yield (
        *(work, "core_readonly_root_filesystem_enabled", LOW, "Root file system can be written"),
        *(lambda c: not _context(c).get("readOnlyRootFilesystem"), "Mount it read-only."),
    )
    yield (
        *("k8s.binding", "rbac_cluster_admin_usage", HIGH, "Service account administers the cluster"),
        *(
            lambda c: (
                c["kind"] == "ClusterRoleBinding"
                and c["roleRef"]["name"] == "cluster-admin"
                and any(s["kind"] == "ServiceAccount" for s in c["subjects"])
            ),
            "Bind a role with what it needs.",
        ),
    )
    yield (
        *("k8s.role", "rbac_minimize_wildcard_use_roles", MEDIUM, "Role grants everything on some kind"),
        *(lambda c: any("*" in r["verbs"] for r in c["rules"]), "List the verbs."),
    )
    yield (
        *("k8s.role", "rbac_minimize_secret_access", MEDIUM, "Role reads secrets"),
        *(lambda c: any("secrets" in r["resources"] for r in c["rules"]), "Name the secrets."),
    )
    yield (
        *("k8s.service", "core_service_load_balancer_open", MEDIUM, "Service is open to every address"),
        *(
            lambda c: (
                c["spec"]["type"] == "LoadBalancer"
                and not c["spec"].get("loadBalancerSourceRanges")
                and not any("internal" in key for key in c["metadata"].get("annotations", {}))
            ),
            CLOSE,
        ),
    )
