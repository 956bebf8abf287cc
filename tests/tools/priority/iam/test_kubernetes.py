# ruff: noqa: E501 (a case is easier to read in one line)
"""Kubernetes RBAC and its links to cloud identities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.iam.building import HERE, allow, document
from tools.priority.iam.aws.chains import AssumeGraph
from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.gcp.estate import GcpEstate
from tools.priority.iam.kubernetes.cloud import FederatedCredential, aws_links, azure_links, gcp_links
from tools.priority.iam.kubernetes.escalate import escalations, ways
from tools.priority.iam.kubernetes.rbac import ANONYMOUS, Cluster
from tools.priority.iam.logic import Verdict

SA = "sa:web/app"
ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC"


def role(name: str, *rules: dict[str, Any] | None, namespace: str = "", **more: Any) -> dict[str, Any]:
    meta = {"name": name, "labels": more.pop("labels", {})} | ({"namespace": namespace} if namespace else {})
    return {"kind": "Role" if namespace else "ClusterRole", "metadata": meta, "rules": list(rules), **more}


def rule(verbs: str, resources: str, groups: str = "", names: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {
        "verbs": verbs.split(),
        "resources": resources.split(),
        "apiGroups": groups.split() or [""],
    }
    return found | ({"resourceNames": names.split()} if names else {})


def bound(
    name: str, *subjects: dict[str, str], namespace: str = "", kind: str = "ClusterRole"
) -> dict[str, Any]:
    meta = {"name": f"{name}-binding"} | ({"namespace": namespace} if namespace else {})
    return {
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": meta,
        "roleRef": {"kind": kind, "name": name},
        "subjects": list(subjects),
    }


APP = {"kind": "ServiceAccount", "name": "app", "namespace": "web"}


def cluster(*manifests: dict[str, Any]) -> Cluster:
    found = Cluster()
    for one in manifests:
        found.add(one)
    return found


def group(name: str) -> dict[str, str]:
    return {"kind": "Group", "name": name}


SECRETS = rule("get list", "secrets")
CASES = [
    ("a cluster role bound everywhere", "allow", cluster(role("r", SECRETS), bound("r", APP)), SA, {"namespace": "web"}),
    ("bound everywhere counts for the whole cluster", "allow", cluster(role("r", SECRETS), bound("r", APP)), SA, {}),
    ("a cluster role bound in a namespace counts there", "allow", cluster(role("r", SECRETS), bound("r", APP, namespace="web")), SA, {"namespace": "web"}),
    ("and nowhere else", "deny", cluster(role("r", SECRETS), bound("r", APP, namespace="web")), SA, {"namespace": "other"}),
    ("nor for the whole cluster", "deny", cluster(role("r", SECRETS), bound("r", APP, namespace="web")), SA, {}),
    ("a role of the namespace", "allow", cluster(role("r", SECRETS, namespace="web"), bound("r", APP, namespace="web", kind="Role")), SA, {"namespace": "web"}),
    ("a role of another namespace with that name", "unknown", cluster(role("r", SECRETS, namespace="x"), bound("r", APP, namespace="web", kind="Role")), SA, {"namespace": "web"}),
    ("another account of that name", "deny", cluster(role("r", SECRETS), bound("r", APP)), "sa:other/app", {"namespace": "web"}),
    ("all service accounts", "allow", cluster(role("r", SECRETS), bound("r", group("system:serviceaccounts"))), SA, {"namespace": "web"}),
    ("all service accounts of a namespace", "allow", cluster(role("r", SECRETS), bound("r", group("system:serviceaccounts:web"))), SA, {"namespace": "web"}),
    ("everybody who logs in", "allow", cluster(role("r", SECRETS), bound("r", group("system:authenticated"))), SA, {"namespace": "web"}),
    ("those who do not log in are not among them", "deny", cluster(role("r", SECRETS), bound("r", group("system:authenticated"))), ANONYMOUS, {}),
    ("those who do not log in", "allow", cluster(role("r", SECRETS), bound("r", group("system:unauthenticated"))), ANONYMOUS, {}),
    ("the anonymous user by name", "allow", cluster(role("r", SECRETS), bound("r", {"kind": "User", "name": "system:anonymous"})), ANONYMOUS, {}),
    ("a service account named as a user", "allow", cluster(role("r", SECRETS), bound("r", {"kind": "User", "name": "system:serviceaccount:web:app"})), SA, {}),
    ("a star for the resource", "allow", cluster(role("r", rule("get", "*")), bound("r", APP)), SA, {}),
    ("a star for the verb", "allow", cluster(role("r", rule("*", "secrets")), bound("r", APP)), SA, {}),
    ("another API group", "deny", cluster(role("r", rule("get", "secrets", "apps")), bound("r", APP)), SA, {}),
    ("another verb", "deny", cluster(role("r", rule("watch", "secrets")), bound("r", APP)), SA, {}),
    ("a named object", "allow", cluster(role("r", rule("get", "secrets", names="one")), bound("r", APP)), SA, {"name": "one"}),
    ("another object", "deny", cluster(role("r", rule("get", "secrets", names="one")), bound("r", APP)), SA, {"name": "two"}),
    ("a role that was not collected", "unknown", cluster(bound("gone", APP)), SA, {}),
    ("the default administrator", "allow", cluster(bound("cluster-admin", APP)), SA, {}),
    ("the default viewer reads no secrets", "deny", cluster(bound("view", APP)), SA, {}),
    ("a rule that does not parse", "unknown", cluster(role("r", None), bound("r", APP)), SA, {}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "expect", "found", "who", "more"), CASES, ids=[c[0] for c in CASES])
def test_case(why: str, expect: str, found: Cluster, who: str, more: dict[str, str]) -> None:
    assert found.can(who, "get", "secrets", **more).verdict.value == expect  # type: ignore[arg-type]


def test_named_objects_are_a_part_and_cannot_be_made() -> None:
    found = cluster(role("r", rule("get list create", "secrets", names="one")), bound("r", APP))
    assert found.can(SA, "get", "secrets").partial
    assert found.can(SA, "create", "secrets").verdict is Verdict.DENY
    assert found.can(SA, "list", "secrets").verdict is Verdict.UNKNOWN


def test_subresources() -> None:
    found = cluster(role("r", rule("create", "pods */scale")), bound("r", APP))
    assert found.can(SA, "create", "pods").allowed
    assert found.can(SA, "create", "pods/exec").verdict is Verdict.DENY
    assert found.can(SA, "create", "deployments/scale").allowed


def test_aggregated_roles() -> None:
    summed = role(
        "sum",
        aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"to": "sum"}}]},
        labels={"to": "sum"},
    )
    found = cluster(summed, role("part", SECRETS, labels={"to": "sum"}), bound("sum", APP))
    assert found.can(SA, "get", "secrets").allowed


def test_what_does_not_parse_is_reported() -> None:
    found = cluster({"kind": "Pod"}, {"kind": "RoleBinding"}, bound("r", {"kind": "Robot", "name": "x"}))
    assert [fault.where for fault in found.faults] == ["kind", "roleRef", "subjects"]


@pytest.mark.parametrize("way", ways(), ids=[way.id for way in ways()])
def test_each_escalation_is_found_from_its_own_rights_and_from_no_fewer(way: Any) -> None:
    rules = [rule(verb, resource, group) for verb, resource, group in way.rights]
    namespace = "" if way.everywhere else way.namespace or "web"
    found = escalations(cluster(role("r", *rules), bound("r", APP, namespace=namespace)), SA)
    assert (way.id, Verdict.ALLOW, (namespace or "*",)) in [
        (one.combination, one.verdict, one.targets) for one in found
    ]
    fewer = escalations(cluster(role("r", *rules[1:]), bound("r", APP, namespace=namespace)), SA)
    assert way.id not in {one.combination for one in fewer}


def account(name: str, **notes: str) -> dict[str, Any]:
    return {"kind": "ServiceAccount", "metadata": {"name": name, "namespace": "web", "annotations": notes}}


def irsa(subject: str | None) -> dict[str, Any]:
    host = ISSUER.removeprefix("https://")
    tests = {f"{host}:aud": "sts.amazonaws.com"} | ({f"{host}:sub": subject} if subject else {})
    who = {"Federated": f"arn:aws:iam::{HERE}:oidc-provider/{host}"}
    return document(allow("sts:AssumeRoleWithWebIdentity", None, who=who, when={"StringLike": tests}))


def test_service_accounts_of_eks() -> None:
    aws = AwsEstate()
    arn = f"arn:aws:iam::{HERE}:role/"
    aws.add_role(f"{arn}app", trust=irsa("system:serviceaccount:web:app"), inline={})
    aws.add_role(f"{arn}any", trust=irsa(None), inline={})
    aws.add_role(f"{arn}other", trust=irsa("system:serviceaccount:ops:*"), inline={})
    aws.add_role(
        f"{arn}pod",
        trust=document(allow("sts:AssumeRole", None, who={"Service": "pods.eks.amazonaws.com"})),
        inline={},
    )
    here = cluster(
        account("app", **{"eks.amazonaws.com/role-arn": f"{arn}gone"}),
        account("idle", **{"eks.amazonaws.com/role-arn": f"{arn}other"}),
    )
    found = {
        (one.account, one.identity): one.verdict
        for one in aws_links(here, AssumeGraph(aws), ISSUER, [("sa:web/idle", f"{arn}pod")])
    }
    assert found == {
        ("sa:web/app", f"{arn}app"): Verdict.ALLOW,
        ("sa:web/app", f"{arn}any"): Verdict.ALLOW,
        ("sa:web/app", f"{arn}gone"): Verdict.UNKNOWN,
        ("sa:web/idle", f"{arn}any"): Verdict.ALLOW,
        ("sa:web/idle", f"{arn}pod"): Verdict.ALLOW,
    }


def test_service_accounts_of_gke() -> None:
    gcp = GcpEstate()
    node = "projects/p/serviceAccounts/x@p.iam.gserviceaccount.com"
    gcp.add_policy(
        node,
        {
            "bindings": [
                {
                    "role": "roles/iam.workloadIdentityUser",
                    "members": ["serviceAccount:p.svc.id.goog[web/app]"],
                }
            ]
        },
    )
    note = {"iam.gke.io/gcp-service-account": "x@p.iam.gserviceaccount.com"}
    here = cluster(
        account("app", **note),
        account("untrusted", **note),
        account("gone", **{"iam.gke.io/gcp-service-account": "y@p"}),
    )
    found = {
        one.account: one.verdict for one in gcp_links(here, gcp, "p", {"x@p.iam.gserviceaccount.com": node})
    }
    assert found == {"sa:web/app": Verdict.ALLOW, "sa:web/gone": Verdict.UNKNOWN}


def test_service_accounts_of_aks() -> None:
    here = cluster(account("app"), account("noted", **{"azure.workload.identity/client-id": "c2"}))
    credentials = [FederatedCredential("c1", "principal-1", ISSUER + "/", "system:serviceaccount:web:app")]
    found = {one.account: (one.identity, one.verdict) for one in azure_links(here, ISSUER, credentials)}
    assert found == {"sa:web/app": ("principal-1", Verdict.ALLOW), "sa:web/noted": ("c2", Verdict.UNKNOWN)}
