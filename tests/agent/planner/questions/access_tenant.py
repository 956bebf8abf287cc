"""Identities, what they may do, and Kubernetes, as the clouds list them; written out by hand."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

TYPES: Final[dict[str, tuple[str, str, str, str]]] = {
    "AWS_ACCOUNT": ("Identity", "Account", "AWS Account", "AWS"),
    "AWS_IAM_USER": ("Identity", "IAM User", "IAM User", "AWS"),
    "AWS_IAM_ROLE": ("Identity", "IAM Role", "IAM Role", "AWS"),
    "AWS_IAM_INSTANCE_PROFILE": ("Identity", "IAM Role", "IAM Instance Profile", "AWS"),
    "AZURE_AD_USER": ("Identity", "Human Identity", "Azure Active Directory User", "AZURE"),
    "AZURE_ROLE_ASSIGNMENT": ("Identity", "IAM Policy", "Azure Role Assignment", "AZURE"),
    "GOOGLE_SERVICE_ACCOUNT": ("Identity", "Service Account", "Service Account", "GCP"),
    "GOOGLE_CLOUD_PROJECT": ("Identity", "Account", "Google Cloud Project", "GCP"),
    "SECRETS_MANAGER_SECRET": ("Security", "Secret", "Secrets Manager Secret", "AWS"),
    "KMS_KEY": ("Security", "Key Management", "KMS Key", "AWS"),
    "EKS_CLUSTER": ("Compute", "Kubernetes Cluster", "EKS Cluster", "AWS"),
    "AZURE_KUBERNETES_CLUSTER": ("Compute", "Kubernetes Cluster", "Azure Kubernetes Service", "AZURE"),
    "GOOGLE_KUBERNETES_CLUSTER": ("Compute", "Kubernetes Cluster", "GKE Cluster", "GCP"),
    "KUBERNETES_DEPLOYMENT": ("Compute", "Kubernetes Resource", "Kubernetes Deployment", "KUBERNETES"),
    "KUBERNETES_ROLE": ("Identity", "Kubernetes Resource", "Kubernetes Role", "KUBERNETES"),
    "KUBERNETES_ROLE_BINDING": ("Identity", "Kubernetes Resource", "Kubernetes Role Binding", "KUBERNETES"),
    "CONTAINER_IMAGE": ("Compute", "Container Image", "Container Image", "AWS"),
}


def ago(days: int) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _user(n: int) -> Row:
    keys = [
        {"UserName": f"user-{n}", "AccessKeyId": f"AKIA{n}{k}", "Status": "Active" if k == 0 else "Inactive", "CreateDate": ago(40 * n + 10)}
        for k in range(n % 3)
    ]  # fmt: skip
    policies = [{"PolicyName": p, "PolicyArn": f"arn:aws:iam::aws:policy/{p}"} for p in ("ReadOnlyAccess", "AdministratorAccess")[: n % 3]]  # fmt: skip
    made: Row = {
        "UserName": f"user-{n}", "CreateDate": ago(100 * n + 5), "AccessKeys": keys, "AttachedManagedPolicies": policies,
        "MFADevices": [{"SerialNumber": f"arn:mfa/{n}"}] if n % 2 else [],
    }  # fmt: skip
    return {**made, "LoginProfile": {"UserName": f"user-{n}", "CreateDate": ago(9)}} if n % 3 else made


def _role(n: int) -> Row:
    who: Row = ({"Service": "ec2.amazonaws.com"}, {"AWS": "*"}, {"AWS": f"arn:aws:iam::99999999999{n}:root"})[
        n % 3
    ]
    made: Row = {
        "RoleName": f"role-{n}", "CreateDate": ago(30 * n + 1),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]},
        "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}][: n % 2],
        "RoleLastUsed": {"LastUsedDate": ago(40 * n), "Region": "eu-west-1"} if n else {},
    }  # fmt: skip
    return made


def _service_account(n: int) -> Row:
    keys = [{"name": f"keys/{n}{k}", "keyType": "USER_MANAGED", "validAfterTime": ago(60 * n + 20)} for k in range(n % 3)]  # fmt: skip
    return {"email": f"sa-{n}@acme.iam.gserviceaccount.com", "disabled": n == 4, "keys": keys}


def _deployment(n: int) -> Row:
    container: Row = {
        "name": "main", "image": f"registry.example/app-{n}:{'latest' if n % 2 else '1.2'}",
        "securityContext": {"privileged": n == 3, "readOnlyRootFilesystem": n % 2 == 0},
        "resources": {"requests": {"cpu": "100m"}, **({"limits": {"memory": "512Mi"}} if n % 3 else {})},
    }  # fmt: skip
    spec = {
        "serviceAccountName": "default" if n == 2 else f"sa-{n}",
        "containers": [container],
        "hostNetwork": n == 5,
    }
    return {"kind": "Deployment", "metadata": {"name": f"dep-{n}", "namespace": f"ns-{n % 2}"}, "spec": {"replicas": n, "template": {"spec": spec}}}  # fmt: skip


def _k8s_role(n: int) -> Row:
    rule: Row = ({"resources": ["*"], "verbs": ["*"]}, {"resources": ["secrets"], "verbs": ["get", "list"]}, {"resources": ["pods"], "verbs": ["create", "get"]})[n % 3]  # fmt: skip
    return {"kind": "ClusterRole" if n % 2 else "Role", "metadata": {"name": f"r-{n}"}, "rules": [{"apiGroups": [""], **rule}]}  # fmt: skip


def _binding(n: int) -> Row:
    return {
        "kind": "ClusterRoleBinding" if n % 2 else "RoleBinding", "metadata": {"name": f"b-{n}"},
        "roleRef": {"kind": "ClusterRole", "name": ("cluster-admin", "view")[n % 2]},
        "subjects": [{"kind": "ServiceAccount", "name": f"sa-{n}", "namespace": "ns-0"}],
    }  # fmt: skip


def _project(n: int) -> Row:
    roles = ("roles/owner", "roles/editor", "roles/viewer")
    bindings = [{"role": roles[(n + k) % 3], "members": [f"user:p{n}{k}@acme.example", f"serviceAccount:s{n}{k}@acme.example"]} for k in range(2)]  # fmt: skip
    return {"projectId": f"project-{n}", "iamPolicy": {"version": 1, "bindings": bindings}}


_MADE: Final[dict[str, Callable[[int], Row]]] = {
    "AWS_ACCOUNT": lambda n: {"Id": f"{n}", "SummaryMap": {"AccountMFAEnabled": n % 2, "AccountAccessKeysPresent": int(n == 1)}, "PasswordPolicy": {"MinimumPasswordLength": 8 + 2 * n}},
    "AWS_IAM_USER": _user,
    "AWS_IAM_ROLE": _role,
    "AWS_IAM_INSTANCE_PROFILE": lambda n: {"InstanceProfileName": f"profile-{n}", "Roles": [{"RoleName": f"role-{n}"}]},
    "AZURE_AD_USER": lambda n: {"displayName": f"Guest {n}", "userType": "Guest" if n % 2 else "Member", "accountEnabled": n != 3, "isMfaRegistered": n > 2},
    "AZURE_ROLE_ASSIGNMENT": lambda n: {"properties": {"principalType": "User" if n % 2 else "ServicePrincipal", "principalId": f"p-{n}"}},
    "GOOGLE_SERVICE_ACCOUNT": _service_account,
    "GOOGLE_CLOUD_PROJECT": _project,
    "SECRETS_MANAGER_SECRET": lambda n: {"Name": f"secret-{n}", "RotationEnabled": n % 2 == 0, "LastChangedDate": ago(50 * n)},
    "KMS_KEY": lambda n: {"KeyMetadata": {"KeyId": f"k-{n}", "KeyState": "Enabled"}, "KeyRotationEnabled": n % 2 == 0},
    "EKS_CLUSTER": lambda n: {"version": f"1.{28 + n}", "resourcesVpcConfig": {"endpointPublicAccess": n % 2 == 0, "publicAccessCidrs": ["0.0.0.0/0"] if n == 2 else ["198.51.100.0/24"]}, "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": n > 2}]}},
    "AZURE_KUBERNETES_CLUSTER": lambda n: {"properties": {"kubernetesVersion": f"1.{28 + n}.4", "disableLocalAccounts": n % 2 == 0}},
    "GOOGLE_KUBERNETES_CLUSTER": lambda n: {"currentMasterVersion": f"1.{28 + n}.6-gke.1020000", "privateClusterConfig": {"enablePrivateNodes": n % 2 == 0}},
    "KUBERNETES_DEPLOYMENT": _deployment,
    "KUBERNETES_ROLE": _k8s_role,
    "KUBERNETES_ROLE_BINDING": _binding,
    "CONTAINER_IMAGE": lambda n: {"repositoryName": f"app-{n}", "imageTags": ["latest" if n % 2 else "1.2"], "imageSizeInBytes": 1000 * n},
}  # fmt: skip
ACCESS: Final[list[Row]] = [
    {"id": f"{type_id.lower()}-{n}", "name": f"{type_id.lower().replace('_', '-')}-{n}", "type": type_id, "cfg": made(n)}
    for type_id, made in _MADE.items()
    for n in range(6)
]  # fmt: skip


def access_tenant() -> ConfiguredTenant:
    return ConfiguredTenant(ACCESS, TYPES)
