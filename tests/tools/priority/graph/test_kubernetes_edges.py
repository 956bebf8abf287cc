# ruff: noqa: E501 (a case is easier to read in one line)
"""Clusters: faces, tokens, rights, escapes and identities of the clouds; each with what stops it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import ACCOUNT, arn, asset
from tests.tools.priority.building import bucket as s3
from tests.tools.priority.graph.clouds import (
    PROJECT,
    app,
    assignment,
    azure,
    binding,
    bucket,
    deployment,
    email,
    gcp,
    graph,
    image,
    kube,
    labels,
    possible,
    project,
    proved,
    service,
    service_account,
    store,
)
from tools.findings.model import AssetRecord
from tools.priority.graph.search import AttackGraph


def account(
    name: str = "web", *, notes: dict[str, str] | None = None, cluster: str = "c1", **more: Any
) -> AssetRecord:
    """A service account."""
    return kube("ServiceAccount", name, cluster=cluster, notes=notes or {}, **more)


def role(name: str, verbs: str, resources: str, groups: str = "", cluster: str = "c1") -> AssetRecord:
    """A cluster role with one rule."""
    rule = {
        "apiGroups": groups.split(",") if groups else [""],
        "resources": resources.split(),
        "verbs": verbs.split(),
    }
    return kube("ClusterRole", name, "", cluster, rules=[rule])


def bound(
    to_role: str, to: str = "web", namespace: str = "", cluster: str = "c1", **subject: Any
) -> AssetRecord:
    """A binding of a cluster role, everywhere or in a namespace."""
    who = subject or {"kind": "ServiceAccount", "name": to, "namespace": "shop"}
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    body = {"roleRef": {"kind": "ClusterRole", "name": to_role}, "subjects": [who]}
    return kube(kind, f"{to_role}-{to}", namespace, cluster, **body)


def taken(
    *assets: AssetRecord, face: AssetRecord | None = None, work: AssetRecord | None = None
) -> AttackGraph:
    """The graph of a cluster in which a public service leads to a flawed pod."""
    picture = image()
    return graph(face or service(), work or deployment(), picture, *assets, flawed=(picture,))


@pytest.fixture
def admin() -> str:
    """Key of the cluster's administrator."""
    found = taken(bound("cluster-admin"))
    return next(n.key for n in found.nodes if n.key.startswith("admin:"))


def test_a_public_service_leads_to_a_pod_its_token_and_the_cluster(admin: str) -> None:
    grant, who = bound("cluster-admin"), account()
    path = proved(taken(grant, who), admin)
    assert labels(path) == ["internet", "web", "web", "web", "administrator of c1"]
    assert path is not None
    assert "198.51.100.4" in path.edges[0].why
    assert path.edges[1].asset_ids == (image().asset_id,)
    assert path.edges[-1].asset_ids == (grant.asset_id,)


@pytest.mark.parametrize(
    ("why", "face", "work"),
    [
        ("no address outside", service(kind="ClusterIP"), deployment()),
        ("an office only", service(loadBalancerSourceRanges=["203.0.113.0/28"]), deployment()),
        (
            "an internal balancer of AWS",
            service(notes={"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}),
            deployment(),
        ),
        (
            "an internal balancer of Azure",
            service(notes={"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}),
            deployment(),
        ),
        (
            "an internal balancer of Google",
            service(notes={"networking.gke.io/load-balancer-type": "Internal"}),
            deployment(),
        ),
        ("a private address", service(address="10.4.0.9"), deployment()),
        ("no pod", service(), deployment(replicas=0)),
        ("other pods", service(selector={"app": "other"}), deployment()),
        (
            "a port of a node, whose network nobody opened",
            service(kind="NodePort", ports=[{"port": 80, "targetPort": 8080, "nodePort": 30080}]),
            deployment(),
        ),
    ],
)
def test_faces_that_are_none(why: str, face: AssetRecord, work: AssetRecord, admin: str) -> None:
    assert possible(taken(bound("cluster-admin"), face=face, work=work), admin) is None, why


def test_an_address_that_was_not_recorded_makes_a_possible_path(admin: str) -> None:
    found = taken(bound("cluster-admin"), face=service(address=""))
    assert proved(found, admin) is None
    assert possible(found, admin) is not None


def test_a_pod_without_a_flaw_is_hardly_an_entry(admin: str) -> None:
    easy = proved(taken(bound("cluster-admin")), admin)
    hard = proved(graph(service(), deployment(), image(), bound("cluster-admin")), admin)
    assert easy is not None
    assert hard is not None
    assert hard.chance < 0.15 * easy.chance
    bare = deployment(container={"args": ["--enable-skip-login"]})
    board = proved(graph(service(), bare, bound("cluster-admin")), admin)
    assert board is not None
    assert "--enable-skip-login" in board.edges[1].why


def policy(*peers: dict[str, Any], ports: list[int] | None = None, **spec: Any) -> AssetRecord:
    """A network policy for the pods of `web`."""
    rule: dict[str, Any] = {"from": list(peers)} if peers else {}
    if ports:
        rule["ports"] = [{"port": p} for p in ports]
    whole = {
        "podSelector": {"matchLabels": {"app": "web"}},
        "policyTypes": ["Ingress"],
        "ingress": [rule],
        **spec,
    }
    return kube("NetworkPolicy", "p", spec=whole)


@pytest.mark.parametrize(
    ("why", "one", "found"),
    [
        ("pods of its namespace only", policy({"podSelector": {}}), False),
        ("the internet", policy({"ipBlock": {"cidr": "0.0.0.0/0"}}), True),
        ("a range inside", policy({"ipBlock": {"cidr": "10.0.0.0/8"}}), False),
        ("anybody", policy(), True),
        ("anybody on another port", policy(ports=[9090]), False),
        ("nobody", policy(ingress=[]), False),
        ("other pods are meant", policy(podSelector={"matchLabels": {"app": "other"}}, ingress=[]), True),
        ("it is about what goes out", policy(policyTypes=["Egress"], ingress=[]), True),
        (
            "by an expression",
            policy(
                podSelector={"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
                ingress=[],
            ),
            False,
        ),
    ],
)
def test_network_policies_before_a_public_service(
    why: str, one: AssetRecord, found: bool, admin: str
) -> None:
    assert (proved(taken(bound("cluster-admin"), one), admin) is not None) is found, why


@pytest.mark.parametrize(
    ("why", "notes", "spec", "state"),
    [
        ("open", {}, {}, "proved"),
        (
            "an office only",
            {"nginx.ingress.kubernetes.io/whitelist-source-range": "203.0.113.0/28"},
            {},
            "none",
        ),
        ("internal unless told otherwise", {"kubernetes.io/ingress.class": "alb"}, {}, "none"),
        (
            "internet-facing",
            {"kubernetes.io/ingress.class": "alb", "alb.ingress.kubernetes.io/scheme": "internet-facing"},
            {},
            "proved",
        ),
        (
            "another service",
            {},
            {"defaultBackend": {"service": {"name": "other", "port": {"number": 80}}}},
            "none",
        ),
    ],
)
def test_ingresses(why: str, notes: dict[str, str], spec: dict[str, Any], state: str, admin: str) -> None:
    paths = [{"path": "/", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]
    whole = spec or {"rules": [{"host": "shop.example", "http": {"paths": paths}}]}
    status = {"loadBalancer": {"ingress": [{"ip": "198.51.100.9"}]}}
    front = kube("Ingress", "front", notes=notes, spec=whole, status=status)
    found = taken(bound("cluster-admin"), front, face=service(kind="ClusterIP"))
    path = possible(found, admin)
    assert ("none" if path is None else "proved" if path.known else "possible") == state, why


def test_a_login_before_an_ingress_makes_it_hard(admin: str) -> None:
    spec = {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}
    status = {"loadBalancer": {"ingress": [{"ip": "198.51.100.9"}]}}

    def chance(**notes: str) -> float:
        front = kube(
            "Ingress",
            "front",
            notes={f"nginx.ingress.kubernetes.io/{k}": v for k, v in notes.items()},
            spec=spec,
            status=status,
        )
        path = proved(taken(bound("cluster-admin"), front, face=service(kind="ClusterIP")), admin)
        assert path is not None
        return path.chance

    assert chance(**{"auth-url": "https://login"}) < 0.2 * chance()


@pytest.mark.parametrize(
    ("why", "pod", "who", "found"),
    [
        ("mounted unless told otherwise", {}, account(), True),
        ("not into the pod", {"automountServiceAccountToken": False}, account(), False),
        ("not by the account", {}, account(automountServiceAccountToken=False), False),
        (
            "the pod decides",
            {"automountServiceAccountToken": True},
            account(automountServiceAccountToken=False),
            True,
        ),
        (
            "by a volume",
            {
                "automountServiceAccountToken": False,
                "volumes": [{"name": "t", "projected": {"sources": [{"serviceAccountToken": {}}]}}],
            },
            account(),
            True,
        ),
    ],
)
def test_tokens(why: str, pod: dict[str, Any], who: AssetRecord, found: bool, admin: str) -> None:
    graph_ = taken(bound("cluster-admin"), who, work=deployment(**pod))
    assert (proved(graph_, admin) is not None) is found, why


def test_bindings_in_a_namespace_do_not_administer_the_cluster(admin: str) -> None:
    assert admin not in taken(bound("cluster-admin", namespace="shop")).place
    assert admin not in taken(bound("view")).place
    assert admin not in taken(bound("cluster-admin", to="other")).place


@pytest.mark.parametrize(
    ("why", "rights", "namespace", "found"),
    [
        ("get", role("r", "get", "secrets"), "", True),
        ("list in the namespace", role("r", "list", "secrets"), "shop", True),
        ("another namespace", role("r", "get", "secrets"), "other", False),
        ("other things", role("r", "get list watch", "configmaps"), "", False),
        ("a verb that does not read", role("r", "delete", "secrets"), "", False),
    ],
)
def test_secrets(why: str, rights: AssetRecord, namespace: str, found: bool) -> None:
    secret = kube("Secret", "login", type="Opaque", data={})
    path = proved(taken(rights, bound("r", namespace=namespace), secret), secret)
    assert (path is not None) is found, why


def test_a_secret_that_a_pod_mounts_is_in_its_hands() -> None:
    secret = kube("Secret", "login", type="Opaque", data={})
    env = {"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "login", "key": "p"}}}]}
    assert labels(proved(taken(secret, work=deployment(container=env)), secret)) == [
        "internet",
        "web",
        "web",
        "login",
    ]
    other = {"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "other", "key": "p"}}}]}
    assert possible(taken(secret, work=deployment(container=other)), secret) is None


@pytest.mark.parametrize(
    ("why", "rights", "found"),
    [
        ("starts pods", role("r", "create", "pods"), True),
        ("changes deployments", role("r", "patch", "deployments", "apps"), True),
        ("makes tokens", role("r", "create", "serviceaccounts/token"), True),
        ("acts as accounts", role("r", "impersonate", "serviceaccounts"), True),
        ("looks at pods", role("r", "get list", "pods"), False),
    ],
)
def test_one_account_becomes_others_of_its_namespace(
    why: str, rights: AssetRecord, found: bool, admin: str
) -> None:
    strong, grant = account("strong"), bound("cluster-admin", to="strong")
    graph_ = taken(rights, bound("r", namespace="shop"), strong, grant)
    assert (proved(graph_, admin) is not None) is found, why


def test_a_shell_in_other_pods(admin: str) -> None:
    strong = deployment("strong", "strong")
    found = taken(
        role("r", "create", "pods/exec"),
        bound("r", namespace="shop"),
        strong,
        bound("cluster-admin", to="strong"),
    )
    assert labels(proved(found, admin)) == [
        "internet",
        "web",
        "web",
        "account shop/web",
        "strong",
        "account shop/strong",
        "administrator of c1",
    ]


# --- nodes -------------------------------------------------------------------------------------------------------

NODE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/node"


def node_parts(*, tokens: str = "required") -> list[AssetRecord]:
    """A node on EC2 whose role reads a bucket with personal data; the bucket comes last."""
    data = s3("crown")
    reads = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{data.uid}/*"}]}
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ]
    }
    profile = asset(
        f"arn:aws:iam::{ACCOUNT}:instance-profile/node", {"Roles": [{"RoleName": "node", "Arn": NODE_ROLE}]}
    )
    own = asset(
        NODE_ROLE,
        {
            "RoleName": "node",
            "AssumeRolePolicyDocument": trust,
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": reads}],
        },
    )
    ec2 = asset(
        arn("ec2", "instance/i-0node"),
        {
            "InstanceId": "i-0node",
            "State": {"Name": "running"},
            "PrivateIpAddress": "10.0.0.5",
            "IamInstanceProfile": {"Arn": profile.uid},
            "MetadataOptions": {
                "HttpTokens": tokens,
                "HttpPutResponseHopLimit": 1,
                "HttpEndpoint": "enabled",
            },
        },
    )
    node = kube("Node", "n1", "", spec={"providerID": "aws:///eu-west-1a/i-0node"})
    return [node, ec2, profile, own, data]


def pod(**spec: Any) -> AssetRecord:
    """A pod of the deployment, on the node."""
    meta = {
        "name": "web-1",
        "namespace": "shop",
        "labels": {"app": "web"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "web-x"}],
    }
    made = kube("Pod", "web-1", spec={"nodeName": "n1", **spec}, status={"phase": "Running"})
    return made.model_copy(update={"config": {**made.config, "metadata": meta}})


MOUNT = {"volumeMounts": [{"name": "v", "mountPath": "/host"}]}


@pytest.mark.parametrize(
    ("why", "container", "spec", "found"),
    [
        ("privileged", {"securityContext": {"privileged": True}}, {}, True),
        ("the root of the node", MOUNT, {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, True),
        (
            "the socket of the runtime",
            MOUNT,
            {"volumes": [{"name": "v", "hostPath": {"path": "/var/run/docker.sock"}}]},
            True,
        ),
        ("a power over the system", {"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}, {}, True),
        (
            "processes of the node, with a power over them",
            {"securityContext": {"capabilities": {"add": ["SYS_PTRACE"]}}},
            {"hostPID": True},
            True,
        ),
        ("confined", {"securityContext": {"privileged": False}}, {}, False),
        ("logs only", MOUNT, {"volumes": [{"name": "v", "hostPath": {"path": "/var/log"}}]}, False),
        (
            "a volume that no container mounts",
            {},
            {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]},
            False,
        ),
        ("in a sandbox", {"securityContext": {"privileged": True}}, {"runtimeClassName": "gvisor"}, False),
    ],
)
def test_out_of_a_pod_onto_its_node(
    why: str, container: dict[str, Any], spec: dict[str, Any], found: bool
) -> None:
    parts = node_parts()
    picture = image()
    work = deployment(container=container, **spec)
    graph_ = graph(service(), work, pod(), picture, *parts, flawed=(picture,), holding=(parts[-1],))
    path = proved(graph_, parts[-1])
    assert (path is not None) is found, why
    if path is not None:
        assert labels(path) == ["internet", "web", "web", "n1", "i-0node", "node", "crown"]


def test_which_node_was_not_recorded_makes_it_possible_and_a_single_one_certain() -> None:
    parts, picture = node_parts(), image()
    work = deployment(container={"securityContext": {"privileged": True}})
    one = graph(service(), work, picture, *parts, flawed=(picture,), holding=(parts[-1],))
    assert proved(one, parts[-1]) is not None
    second = kube("Node", "n2", "", spec={"providerID": "aws:///eu-west-1a/i-0else"})
    two = graph(service(), work, picture, *parts, second, flawed=(picture,), holding=(parts[-1],))
    assert proved(two, parts[-1]) is None
    assert possible(two, parts[-1]) is not None


def test_a_metadata_service_that_answers_pods_needs_no_escape() -> None:
    picture = image()
    for tokens, found in (("optional", True), ("required", False)):
        parts = node_parts(tokens=tokens)
        graph_ = graph(
            service(), deployment(), pod(), picture, *parts, flawed=(picture,), holding=(parts[-1],)
        )
        assert (proved(graph_, parts[-1]) is not None) is found, tokens


def test_pods_without_limits_reach_nodes_unless_their_namespace_forbids_them() -> None:
    parts, picture = node_parts(), image()
    may = (role("r", "create", "pods"), bound("r", namespace="shop"))

    def reached(*more: AssetRecord) -> bool:
        found = graph(
            service(), deployment(), picture, *parts, *may, *more, flawed=(picture,), holding=(parts[-1],)
        )
        return proved(found, parts[-1]) is not None

    assert reached()
    strict = kube("Namespace", "shop", "", labels={"pod-security.kubernetes.io/enforce": "restricted"})
    assert not reached(strict)


def test_neighbours_of_a_pod() -> None:
    inner = deployment("db", "db")
    pictures = (image(), image("db"))

    def reached(*more: AssetRecord) -> bool:
        secret = kube("Secret", "crown", type="Opaque", data={})
        work = deployment("db", "db", container={"envFrom": [{"secretRef": {"name": "crown"}}]})
        found = graph(service(), deployment(), work, secret, *pictures, *more, flawed=pictures)
        return proved(found, secret) is not None

    assert inner.asset_id
    assert reached()
    only = {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]}
    assert not reached(kube("NetworkPolicy", "p", spec={**only, "ingress": []}))
    assert reached(
        kube(
            "NetworkPolicy",
            "p",
            spec={**only, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}]},
        )
    )
    assert not reached(
        kube(
            "NetworkPolicy",
            "p",
            spec={**only, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "job"}}}]}]},
        )
    )


# --- clouds ------------------------------------------------------------------------------------------------------

EKS = arn("eks", "cluster/c1")
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/ABC"


def eks(**fields: Any) -> AssetRecord:
    """A cluster of EKS with an issuer, its API private."""
    private = {"endpointPublicAccess": False}
    return asset(
        EKS,
        {
            "name": "c1",
            "identity": {"oidc": {"issuer": f"https://{ISSUER}"}},
            "resourcesVpcConfig": private,
            **fields,
        },
    )


def in_cluster(one: AssetRecord, cluster: str) -> AssetRecord:
    """The same object in another cluster."""
    uid = one.uid.replace("k8s/c1/", f"k8s/{cluster}/")
    return one.model_copy(update={"uid": uid, "asset_id": uid})


def irsa(subject: str = "system:serviceaccount:shop:web") -> tuple[AssetRecord, AssetRecord]:
    """A role that trusts an account of the cluster and reads a bucket."""
    data = s3("crown")
    reads = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{data.uid}/*"}]}
    trust = {"Effect": "Allow", "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
             "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {f"{ISSUER}:sub": subject}}}  # fmt: skip
    uid = f"arn:aws:iam::{ACCOUNT}:role/pod"
    config = {
        "RoleName": "pod",
        "AssumeRolePolicyDocument": {"Statement": [trust]},
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": reads}],
    }
    return asset(uid, config), data


@pytest.mark.parametrize(
    ("why", "subject", "mounted", "found"),
    [
        ("the account is trusted", "system:serviceaccount:shop:web", True, True),
        ("the cluster's own token is not needed", "system:serviceaccount:shop:web", False, True),
        ("another account", "system:serviceaccount:shop:other", True, False),
        ("another namespace", "system:serviceaccount:prod:web", True, False),
    ],
)
def test_roles_of_aws_for_accounts(why: str, subject: str, mounted: bool, found: bool) -> None:
    trusted, data = irsa(subject)
    who = account(notes={"eks.amazonaws.com/role-arn": trusted.uid}, automountServiceAccountToken=mounted)
    picture = image()
    parts = [in_cluster(one, EKS) for one in (service(), deployment(), who)]
    graph_ = graph(eks(), *parts, trusted, data, picture, flawed=(picture,), holding=(data,))
    assert (proved(graph_, data) is not None) is found, why


def test_access_entries_and_aws_auth_make_administrators() -> None:
    trusted, _ = irsa()
    who = account(notes={"eks.amazonaws.com/role-arn": trusted.uid})
    picture = image()
    parts = [in_cluster(one, EKS) for one in (service(), deployment(), who)]
    policy_ = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    entry = {
        "principalArn": trusted.uid,
        "associatedAccessPolicies": [{"policyArn": policy_, "accessScope": {"type": "cluster"}}],
    }
    open_ = {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}

    def path(*more: AssetRecord, **fields: Any) -> list[str]:
        home = eks(**fields)
        found = graph(home, *parts, trusted, picture, *more, flawed=(picture,))
        return labels(possible(found, f"admin:{home.asset_id}"))

    assert path() == []
    assert path(accessEntries=[entry], resourcesVpcConfig=open_)[-1] == "administrator of c1"
    mapped = f"- rolearn: {trusted.uid}\n  username: x\n  groups:\n  - system:masters\n"
    auth = in_cluster(kube("ConfigMap", "aws-auth", "kube-system", data={"mapRoles": mapped}), EKS)
    assert path(auth)[-1] == "administrator of c1"
    weak = in_cluster(
        kube("ConfigMap", "aws-auth", "kube-system", data={"mapRoles": mapped.replace("masters", "nodes")}),
        EKS,
    )
    assert path(weak) == []


def gke(**fields: Any) -> AssetRecord:
    """A cluster of GKE with workload identity."""
    uid = f"//container.googleapis.com/projects/{PROJECT}/locations/l/clusters/c1"
    config = {"name": "c1", "workloadIdentityConfig": {"workloadPool": f"{PROJECT}.svc.id.goog"},
              "privateClusterConfig": {"enablePrivateEndpoint": True}, **fields}  # fmt: skip
    return gcp(uid, config)


@pytest.mark.parametrize(
    ("who", "found"), [("[shop/web]", True), ("[shop/other]", False), ("[prod/web]", False)]
)
def test_accounts_of_google_cloud_for_accounts(who: str, found: bool) -> None:
    home = gke()
    member = f"serviceAccount:{PROJECT}.svc.id.goog{who}"
    target = service_account("app", binding("roles/iam.workloadIdentityUser", member))
    data = bucket("data", binding("roles/storage.objectViewer", f"serviceAccount:{email('app')}"))
    picture = image()
    noted = account(notes={"iam.gke.io/gcp-service-account": email("app")})
    parts = [in_cluster(one, home.uid) for one in (service(), deployment(), noted)]
    graph_ = graph(home, *parts, target, data, project(), picture, flawed=(picture,), holding=(data,))
    assert (proved(graph_, data) is not None) is found


@pytest.mark.parametrize(("mode", "found"), [("GCE_METADATA", True), ("GKE_METADATA", False)])
def test_what_nodes_of_gke_run_as(mode: str, found: bool) -> None:
    config = {"serviceAccount": email("nodes"), "oauthScopes": ["https://www.googleapis.com/auth/cloud-platform"],
              "workloadMetadataConfig": {"mode": mode}}  # fmt: skip
    home = gke(nodePools=[{"config": config}])
    data = bucket("data", binding("roles/storage.objectViewer", f"serviceAccount:{email('nodes')}"))
    picture = image()
    parts = [in_cluster(one, home.uid) for one in (service(), deployment())]
    graph_ = graph(
        home, *parts, service_account("nodes"), data, project(), picture, flawed=(picture,), holding=(data,)
    )
    assert (proved(graph_, data) is not None) is found


def test_identities_of_azure_for_accounts_and_nodes() -> None:
    uid = "Microsoft.ContainerService/managedClusters/c1"
    issuer = "https://westeurope.oic.prod-aks.azure.com/x/"
    home = azure(uid, {"oidcIssuerProfile": {"issuerURL": issuer}, "apiServerAccessProfile": {"enablePrivateCluster": True},
                       "identityProfile": {"kubeletidentity": {"objectId": "id-kubelet"}}})  # fmt: skip

    def reached(subject: str, *grants: AssetRecord) -> bool:
        credential = {"issuer": issuer, "subject": subject}
        identity = azure("Microsoft.ManagedIdentity/userAssignedIdentities/pod", {"principalId": "id-pod", "clientId": "c-pod"},
                         federatedIdentityCredentials=[credential])  # fmt: skip
        data, picture = store(), image()
        noted = account(notes={"azure.workload.identity/client-id": "c-pod"})
        parts = [in_cluster(one, home.uid) for one in (service(), deployment(), noted)]
        found = graph(home, *parts, identity, data, *grants, picture, flawed=(picture,), holding=(data,))
        return proved(found, data) is not None

    mine, other = "system:serviceaccount:shop:web", "system:serviceaccount:shop:other"
    reader = assignment("Blob Reader", "id-pod")
    assert reached(mine, reader)
    assert not reached(other, reader)
    assert reached(other, assignment("Blob Reader", "id-kubelet"))


def test_an_administrator_of_azure_takes_a_clusters_credential_unless_local_accounts_are_off() -> None:
    web, grant = app(), assignment("Cluster Admin", "id-web")

    def reached(role_: AssetRecord, **properties: Any) -> bool:
        home = azure("Microsoft.ContainerService/managedClusters/c1", properties)
        return proved(graph(web, home, role_, flawed=(web,)), f"admin:{home.asset_id}") is not None

    assert reached(grant)
    assert not reached(grant, disableLocalAccounts=True)
    assert reached(assignment("Contributor", "id-web"), disableLocalAccounts=True), (
        "by a command in the cluster"
    )
    assert not reached(assignment("Reader", "id-web"))


def test_a_cluster_that_lets_anybody_in() -> None:
    anybody = bound("cluster-admin", kind="Group", name="system:unauthenticated")
    signed_in = bound("cluster-admin", kind="Group", name="system:authenticated")
    open_ = {"privateClusterConfig": {"enablePrivateEndpoint": False}}

    def reached(home: AssetRecord, grant: AssetRecord) -> bool:
        return proved(graph(home, in_cluster(grant, home.uid)), f"admin:{home.asset_id}") is not None

    assert reached(gke(**open_), anybody)
    assert reached(gke(**open_), signed_in), "anybody with a Google account is authenticated there"
    assert not reached(gke(), anybody), "its endpoint is private"
    public = {"resourcesVpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}}
    assert reached(eks(**public), anybody)
    assert not reached(eks(**public), signed_in)


def test_legacy_authorization_makes_every_account_an_administrator() -> None:
    for enabled in (True, False):
        home = gke(legacyAbac={"enabled": enabled})
        picture = image()
        parts = [in_cluster(one, home.uid) for one in (service(), deployment())]
        found = graph(home, *parts, picture, flawed=(picture,))
        assert (proved(found, f"admin:{home.asset_id}") is not None) is enabled


def test_objects_go_to_the_cluster_that_their_id_names() -> None:
    one, two = (
        gke(),
        gke().model_copy(update={"uid": gke().uid + "2", "asset_id": gke().uid + "2", "name": "c12"}),
    )
    grant = in_cluster(bound("cluster-admin"), two.uid)
    picture = image()
    parts = [in_cluster(p, one.uid) for p in (service(), deployment())]
    found = graph(one, two, *parts, grant, picture, flawed=(picture,))
    assert f"admin:{one.asset_id}" not in found.place, "the binding is another cluster's"


def test_an_administrator_reads_the_secrets_that_nobody_recorded() -> None:
    """Who administers the cluster needs no account of it for secrets that an account would read."""
    reader, watched = account("reader"), role("reads", "get list", "secrets")
    found = taken(bound("cluster-admin"), account(), reader, watched, bound("reads", "reader"))
    admin = next(n.key for n in found.nodes if n.key.startswith("admin:"))
    kept = next(n.key for n in found.nodes if n.key.startswith("secrets:"))
    assert any(e.source == admin and e.target == kept for e in found.edges)
    assert found.path_of(bound("reads", "reader").asset_id) is None
