"""Which cloud identity a service account of a cluster can become.

Both sides are asked: the cluster's note on the account (annotation, association) and the cloud's trust in it.
A note alone is UNKNOWN, since the cloud decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.priority.iam.aws.chains import AssumeGraph
from tools.priority.iam.gcp.estate import GcpEstate
from tools.priority.iam.glob import is_pattern, matches
from tools.priority.iam.kubernetes.rbac import Cluster
from tools.priority.iam.logic import Evidence, Verdict

_IRSA, _GKE = "eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account"
_AKS = "azure.workload.identity/client-id"


@dataclass(frozen=True, slots=True)
class CloudLink:
    """A service account (`sa:NAMESPACE/NAME`) and the identity that it can become."""

    account: str
    kind: str
    identity: str
    verdict: Verdict
    because: tuple[Evidence, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FederatedCredential:
    """A credential of a managed identity or app in Azure that trusts an issuer's subject."""

    client_id: str
    principal: str
    issuer: str
    subject: str


def aws_links(
    cluster: Cluster,
    graph: AssumeGraph,
    issuer: str,
    associations: Iterable[tuple[str, str]] = (),
    notes_only: bool = False,
) -> tuple[CloudLink, ...]:
    """Roles that service accounts can take on in EKS. `issuer`: the cluster's OIDC issuer with or without scheme.

    A role that trusts an account counts even without the annotation, since a pod may ask for any role
    (`notes_only` leaves those out). `associations`: (service account, role) pairs of EKS Pod Identity.
    """
    host = issuer.removeprefix("https://").rstrip("/")
    trusting: dict[str, list[tuple[tuple[str, ...], Verdict, Evidence]]] = {}
    for role, entries in graph.trusts.items():
        for entry in entries:
            if host and entry.kind == "oidc" and entry.party.rstrip("/") == host:
                trusting.setdefault(role, []).append((entry.subjects, entry.verdict, entry.evidence))
    found: list[CloudLink] = []
    for account, notes in cluster.service_accounts.items():
        subject = "system:serviceaccount:" + account[3:].replace("/", ":")
        noted = notes.get(_IRSA, "")
        for role in [noted] if notes_only and noted else sorted({*trusting, *([noted] if noted else [])}):
            one = _aws_link(account, subject, role, trusting.get(role), role == noted, role in graph.trusts)
            if one is not None:
                found.append(one)
    for account, role in associations:
        verdict = Verdict.UNKNOWN
        because: tuple[Evidence, ...] = ()
        for entry in graph.who_can_assume(role):
            if entry.kind == "service" and entry.party == "pods.eks.amazonaws.com":
                verdict, because = entry.verdict, (entry.evidence,)
        found.append(CloudLink(account, "eks-pod-identity", role, verdict, because, "an association"))
    return tuple(found)


def _aws_link(
    account: str,
    subject: str,
    role: str,
    trust: list[tuple[tuple[str, ...], Verdict, Evidence]] | None,
    noted: bool,
    collected: bool,
) -> CloudLink | None:
    for subjects, verdict, evidence in trust or ():
        if not subjects or any(matches(pattern, subject) for pattern in subjects):
            reason = "any service account of the cluster is trusted" if not subjects else "the role trusts it"
            if subjects and all(map(is_pattern, subjects)):
                reason = "the role trusts a pattern of service accounts"
            return CloudLink(account, "irsa", role, verdict, (evidence,), reason)
    if not noted or collected:
        return None  # the role is known and does not trust it
    return CloudLink(account, "irsa", role, Verdict.UNKNOWN, (), "noted, but the role was not collected")


def gcp_links(
    cluster: Cluster, estate: GcpEstate, project: str, accounts: Mapping[str, str] = {}
) -> tuple[CloudLink, ...]:
    """Google service accounts that service accounts of a GKE cluster can become.

    `project`: the one whose workload pool the cluster uses; `accounts`: address to node of the recorded ones.
    """
    found = []
    for account, notes in cluster.service_accounts.items():
        email = notes.get(_GKE)
        if not email:
            continue
        namespace, _, name = account[3:].partition("/")
        member = f"serviceAccount:{project}.svc.id.goog[{namespace}/{name}]"
        node = accounts.get(email)
        if node is None:
            found.append(
                CloudLink(
                    account, "gke", email, Verdict.UNKNOWN, (), "noted, but the account was not collected"
                )
            )
            continue
        decision = estate.can(member, "iam.serviceAccounts.getAccessToken", node)
        if decision.possible:
            found.append(
                CloudLink(account, "gke", email, decision.verdict, decision.because, decision.reason)
            )
    return tuple(found)


def azure_links(
    cluster: Cluster, issuer: str, credentials: Iterable[FederatedCredential]
) -> tuple[CloudLink, ...]:
    """Managed identities that service accounts of an AKS cluster can become."""
    host = issuer.removeprefix("https://").rstrip("/").lower()
    by_subject: dict[str, list[FederatedCredential]] = {}
    recorded: set[str] = set()
    for credential in credentials:
        recorded.add(credential.client_id.lower())
        if credential.issuer.removeprefix("https://").rstrip("/").lower() == host:
            by_subject.setdefault(credential.subject, []).append(credential)
    found = []
    for account, notes in cluster.service_accounts.items():
        subject = "system:serviceaccount:" + account[3:].replace("/", ":")
        for credential in by_subject.get(subject, ()):
            evidence = Evidence("federated credential", credential.client_id, subject, "allow")
            found.append(
                CloudLink(account, "aks", credential.principal, Verdict.ALLOW, (evidence,), "it is trusted")
            )
        noted = notes.get(_AKS, "")
        if noted and noted.lower() not in recorded:
            reason = "noted, but its credentials were not collected"
            found.append(CloudLink(account, "aks", noted, Verdict.UNKNOWN, (), reason))
    return tuple(found)
