"""The kinds of resources that the estate has, as asset types of the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tools.findings.resource_types import AssetType, type_table

_KNOWN = {
    "aws.account": "AWS_ACCOUNT",
    "aws.vpc": "EC2_VPC",
    "aws.subnet": "EC2_SUBNET",
    "aws.gateway": "EC2_INTERNET_GATEWAY",
    "aws.routes": "EC2_ROUTE_TABLE",
    "aws.nacl": "EC2_NETWORK_ACL",
    "aws.peering": "EC2_VPC_PEERING_CONNECTION",
    "aws.group": "EC2_SECURITY_GROUP",
    "aws.interface": "EC2_NETWORK_INTERFACE",
    "aws.balancer": "ELBV2_LOAD_BALANCER",
    "aws.instance": "EC2_INSTANCE",
    "aws.volume": "EC2_VOLUME",
    "aws.snapshot": "EC2_SNAPSHOT",
    "aws.image": "EC2_IMAGE",
    "aws.function": "LAMBDA_FUNCTION",
    "aws.cluster": "EKS_CLUSTER",
    "aws.repository": "ECR_REPOSITORY",
    "aws.build": "CODEBUILD_PROJECT",
    "aws.role": "AWS_IAM_ROLE",
    "aws.user": "AWS_IAM_USER",
    "aws.policy": "AWS_IAM_POLICY",
    "aws.profile": "AWS_IAM_INSTANCE_PROFILE",
    "aws.bucket": "S3_BUCKET",
    "aws.database": "RDS_DATABASE_INSTANCE",
    "aws.database_snapshot": "RDS_SNAPSHOT",
    "aws.table": "AMAZON_DYNAMODB_TABLE",
    "aws.key": "KMS_KEY",
    "aws.secret": "SECRETS_MANAGER_SECRET",
    "azure.subscription": "AZURE_SUBSCRIPTION",
    "azure.network": "AZURE_VIRTUAL_NETWORK",
    "azure.nsg": "AZURE_NETWORK_SECURITY_GROUP",
    "azure.interface": "AZURE_NETWORK_INTERFACE",
    "azure.address": "AZURE_PUBLIC_IP",
    "azure.machine": "AZURE_VIRTUAL_MACHINE",
    "azure.disk": "AZURE_DISK",
    "azure.store": "AZURE_STORAGE_ACCOUNT",
    "azure.sql": "AZURE_SQL_SERVER",
    "azure.database": "AZURE_SQL_DATABASE",
    "azure.vault": "AZURE_KEY_VAULT",
    "azure.app": "AZURE_APP_SERVICE",
    "azure.cluster": "AZURE_KUBERNETES_CLUSTER",
    "azure.identity": "AZURE_MANAGED_IDENTITY",
    "azure.assignment": "AZURE_ROLE_ASSIGNMENT",
    "azure.role": "AZURE_ROLE_DEFINITION",
    "gcp.project": "GOOGLE_CLOUD_PROJECT",
    "gcp.network": "GOOGLE_COMPUTE_NETWORK",
    "gcp.subnet": "GOOGLE_COMPUTE_SUBNETWORK",
    "gcp.firewall": "GOOGLE_COMPUTE_FIREWALL",
    "gcp.machine": "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE",
    "gcp.disk": "GOOGLE_COMPUTE_DISK",
    "gcp.account": "GOOGLE_SERVICE_ACCOUNT",
    "gcp.bucket": "GOOGLE_CLOUD_STORAGE_BUCKET",
    "gcp.database": "GOOGLE_CLOUD_SQL_DB_INSTANCE",
    "gcp.dataset": "GOOGLE_BIGQUERY_DATASET",
    "gcp.function": "GOOGLE_CLOUD_FUNCTION",
    "gcp.secret": "GOOGLE_SECRET",
    "gcp.key": "GOOGLE_KMS_KEY",
    "gcp.cluster": "GOOGLE_KUBERNETES_CLUSTER",
    "k8s.pod": "KUBERNETES_POD",
    "k8s.node": "KUBERNETES_NODE",
    "k8s.namespace": "KUBERNETES_NAMESPACE",
    "k8s.role": "KUBERNETES_ROLE",
    "k8s.binding": "KUBERNETES_ROLE_BINDING",
    "k8s.account": "KUBERNETES_SERVICE_ACCOUNT",
    "container.image": "CONTAINER_IMAGE",
}
_OWN = (
    ("aws.targets", "ELBV2_TARGET_GROUP", "Target Group", "Network", "Load Balancer"),
    ("aws.oidc", "AWS_IAM_OIDC_PROVIDER", "OIDC Provider", "Identity", "Identity Provider"),
    ("aws.scp", "AWS_ORGANIZATIONS_POLICY", "Service Control Policy", "Identity", "IAM Policy"),
    ("azure.user", "AZURE_AD_USER", "Azure Active Directory User", "Identity", "Human Identity"),
    (
        *("azure.principal", "AZURE_AD_SERVICE_PRINCIPAL", "Azure Active Directory Service Principal"),
        *("Identity", "Service Account"),
    ),
    (
        *("gcp.pool", "GOOGLE_WORKLOAD_IDENTITY_POOL_PROVIDER", "Workload Identity Pool Provider"),
        *("Identity", "Identity Provider"),
    ),
    ("k8s.deployment", "KUBERNETES_DEPLOYMENT", "Kubernetes Deployment", "Compute", "Kubernetes Resource"),
    ("k8s.service", "KUBERNETES_SERVICE", "Kubernetes Service", "Network", "Kubernetes Resource"),
    ("k8s.secret", "KUBERNETES_SECRET", "Kubernetes Secret", "Security", "Kubernetes Resource"),
    (
        *("k8s.policy", "KUBERNETES_NETWORK_POLICY", "Kubernetes Network Policy"),
        *("Network", "Kubernetes Resource"),
    ),
)


@cache
def asset_types() -> Mapping[str, AssetType]:
    """The asset type of every kind."""
    types = type_table().types
    found = {kind: types[type_id] for kind, type_id in _KNOWN.items()}
    return found | {kind: AssetType(*rest) for kind, *rest in _OWN}
