"""Configuration in the words of people: what is to be shown, what is absent from lists, whom roles trust, states and units."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Form
from agent.planner.questions.rewrites_config import configured as reworded
from agent.planner.questions.rewrites_nouns import of_nouns
from agent.planner.questions.setting_trust import with_grants, with_trust
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant, ago
from tests.agent.planner.questions.tenant import NOW, Row

TYPES = {
    "LAMBDA_FUNCTION": ("Compute", "Serverless Function", "Lambda Function", "AWS"),
    "AWS_IAM_ROLE": ("Identity", "IAM Role", "IAM Role", "AWS"),
    "KMS_KEY": ("Security", "Key Management", "KMS Key", "AWS"),
    "EKS_CLUSTER": ("Compute", "Kubernetes Cluster", "EKS Cluster", "AWS"),
    "EC2_INSTANCE": ("Compute", "VM Instance", "EC2 Instance", "AWS"),
    "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE": ("Compute", "VM Instance", "Compute Engine Instance", "GCP"),
    "EC2_SNAPSHOT": ("Data", "Snapshot", "EBS Snapshot", "AWS"),
    "AZURE_DISK": ("Data", "Disk", "Azure Managed Disk", "AZURE"),
    "AZURE_STORAGE_ACCOUNT": ("Data", "Storage Bucket", "Azure Storage Account", "AZURE"),
    "AZURE_SQL_SERVER": ("Data", "Database", "Azure SQL Server", "AZURE"),
    "KUBERNETES_POD": ("Compute", "Kubernetes Workload", "Kubernetes Pod", "KUBERNETES"),
}
_TRUSTED: tuple[Row, ...] = (
    {"Service": "lambda.amazonaws.com"},
    {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},
    {"AWS": "arn:aws:iam::111111111111:root"},
    {"AWS": "arn:aws:iam::999999999999:root"},
    {"Service": "ec2.amazonaws.com"},
    {"Federated": "arn:aws:iam::111111111111:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"},
)
_MADE: dict[str, Callable[[int], Row]] = {
    "LAMBDA_FUNCTION": lambda n: {
        "Configuration": {
            "Runtime": ("python3.8", "python3.12", "nodejs20.x")[n % 3], "Timeout": (3, 30, 120)[n % 3], "MemorySize": (128, 1024)[n % 2],
            "LastModified": ago(40 * n),
        }
    },
    "AWS_IAM_ROLE": lambda n: {
        "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": _TRUSTED[n], "Action": "sts:AssumeRole"}]}
    },
    "KMS_KEY": lambda n: {"KeyMetadata": {"KeyState": "PendingDeletion" if n == 1 else "Enabled"}, "KeyRotationEnabled": n % 2 == 0},
    "EKS_CLUSTER": lambda n: {
        "version": "1.31", "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": n % 2 == 0}]},
        "encryptionConfig": [{"resources": ["secrets"]}] if n % 3 == 0 else None,
        "resourcesVpcConfig": {"endpointPublicAccess": n < 3, "publicAccessCidrs": ["0.0.0.0/0"] if n < 2 else []},
    },
    "EC2_INSTANCE": lambda n: {
        "InstanceType": ("t3.medium", "m5.large")[n % 2], "MetadataOptions": {"HttpPutResponseHopLimit": (2, 1)[n % 2]},
        "PublicIpAddress": "198.18.0.1" if n < 2 else None,
        "InstanceInformation": {"PingStatus": "Online" if n % 2 else "ConnectionLost", "IsLatestVersion": n > 2} if n < 4 else None,
    },
    "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE": lambda n: {
        "networkInterfaces": [{"name": "nic0", **({"accessConfigs": [{"natIP": "198.18.1.1"}]} if n % 2 else {})}],
        "machineType": "https://x/machineTypes/n2-standard-4",
    },
    "EC2_SNAPSHOT": lambda n: {"VolumeSize": 10 * n, "StartTime": ago(60 * n), "CreateVolumePermissions": [{"UserId": "999999999999"}] if n == 2 else []},
    "AZURE_DISK": lambda n: {"properties": {"diskSizeGB": 64, "encryption": {"type": ("EncryptionAtRestWithPlatformKey", "EncryptionAtRestWithCustomerKey")[n % 2]}}},
    "AZURE_STORAGE_ACCOUNT": lambda n: {
        "properties": {"networkAcls": {"defaultAction": ("Allow", "Deny")[n % 2]}, "allowSharedKeyAccess": n < 4, "minimumTlsVersion": ("TLS1_0", "TLS1_2")[n % 2]},
        "sku": {"name": "Standard_LRS"},
    },
    "AZURE_SQL_SERVER": lambda n: {"properties": {"minimalTlsVersion": ("1.0", "1.2")[n % 2]}},
    "KUBERNETES_POD": lambda n: {
        "metadata": {"namespace": ("shop", "web", "db")[n % 3]},
        "spec": {
            "containers": [{"name": "main", "resources": {"limits": {"memory": "1Gi"} if n % 2 else {}}}],
            "volumes": [{"name": "v", **({"hostPath": {"path": "/", "type": "Directory"}} if n == 3 else {})}],
        }
    },
}  # fmt: skip
ROWS: list[Row] = [
    {"id": f"{type_id.lower()}-{n}", "name": f"{type_id.lower().replace('_', '-')}-{n}", "type": type_id, "cfg": made(n)}
    for type_id, made in _MADE.items()
    for n in range(6)
]  # fmt: skip
LAMBDA, ROLE, KEY, EKS, EC2 = "LAMBDA_FUNCTION", "AWS_IAM_ROLE", "KMS_KEY", "EKS_CLUSTER", "EC2_INSTANCE"
GCE, SNAPSHOT, DISK = "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE", "EC2_SNAPSHOT", "AZURE_DISK"
STORE, SQL, POD = "AZURE_STORAGE_ACCOUNT", "AZURE_SQL_SERVER", "KUBERNETES_POD"


@pytest.fixture(scope="module")
def people() -> ConfiguredTenant:
    return ConfiguredTenant(ROWS, TYPES)


def form_of(tenant: ConfiguredTenant, text: str) -> Form:
    asked = plan_question(text, tenant.estate, None, NOW)
    assert asked.form is not None, asked.message
    return asked.form


def found(tenant: ConfiguredTenant, text: str) -> list[int]:
    asked = plan_question(text, tenant.estate, None, NOW)
    assert asked.plan is not None, (asked.outcome, asked.message)
    return sorted({int(str(row["xdm.asset.id"])[-1]) for row in tenant.rows(asked.plan)})


CASES: list[tuple[str, list[int]]] = [
    # a value that nothing has is no reason to find nothing, where others are asked for too
    ("which lambda functions still use python3.8 or nodejs14", [0, 3]),
    ("ec2 instances of type t3.micro or t3.medium", [0, 2, 4]),
    # numbers with units of time
    ("lambda functions with a timeout over 1 minute", [2, 5]),
    ("lambda functions with more than 512 MB memory or timeout above 60 seconds", [1, 2, 3, 5]),
    ("lambda functions not modified for 3 months", [3, 4, 5]),
    ("lambda functions not changed in over 3 months", [3, 4, 5]),
    ("lambda functions with runtime older than python 3.9", [0, 3]),
    ("lambda functions on python below 3.9", [0, 3]),
    ("lambda functions on node 20 or newer", [2, 5]),
    # what is not there is no part of what stands before it
    ("lambda functions modified in the last 100 days without python", [2]),
    # whom roles trust
    ("which iam roles can be assumed by github actions", [1]),
    ("iam roles that trust lambda", [0]),
    ("roles assumed by the ec2 service", [4]),
    ("iam roles trusting an account outside of our organisation", [3]),
    # states that nothing needs to be in
    ("kms keys pending deletion or disabled", [1]),
    ("kms keys that are disabled", []),
    # what is listed and switched off is not there
    ("eks clusters with audit logging disabled", [1, 3, 5]),
    ("eks clusters with secrets encryption off", [1, 2, 4, 5]),
    ("eks clusters where the api endpoint is public to 0.0.0.0/0", [0, 1]),
    ("ec2 instances with an outdated ssm agent", [0, 1, 2]),
    ("ec2 instances whose ssm agent is offline", [0, 2]),
    # addresses as each cloud keeps them
    ("gcp vms without an external ip", [0, 2, 4]),
    ("gcp vms with a public ip", [1, 3, 5]),
    ("ec2 instances with public ip addresses", [0, 1]),
    ("ebs snapshots shared with other accounts", [2]),
    ("which azure disks are encrypted with platform keys only", [0, 2, 4]),
    ("storage accounts that allow shared key access and accept traffic from all networks", [0, 2]),
    ("storage accounts with weak tls", [0, 2, 4]),
    ("azure sql servers with tls lower than 1.2", [0, 2, 4]),
    ("pods mounting a host path", [3]),
    ("pods without memory limits", [0, 2, 4]),
    ("pods with memory limits", [1, 3, 5]),
    # the end of a long key, sizes in words, values not said again
    ("ec2 instances with hop limit greater than 1", [0, 2, 4]),
    ("ebs snapshots with volume size over 30 gigs", [4, 5]),
    ("pods in namespace shop or web", [0, 1, 3, 4]),
]


@pytest.mark.parametrize(("text", "ids"), CASES)
def test_the_rows_are_those_that_are_meant(people: ConfiguredTenant, text: str, ids: list[int]) -> None:
    assert found(people, text) == ids


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("ebs snapshots older than 6 months, show volume size and start time", ["volume size", "start time"]),
        ("list lambda functions with a timeout over 10, with runtime and region", ["runtime", "region"]),
        ("lambda functions with a timeout over 10 (name, runtime, memory size)", ["name", "runtime", "memory size"]),
        ("the runtime and memory size of lambda functions with a timeout over 10", ["runtime", "memory size"]),
        ("lambda function names and runtimes where timeout is over 10", ["name", "runtime"]),
        ("storage accounts with weak tls: name, sku and region", ["name", "sku", "region"]),
        ("the machine type and region of gcp vms without an external ip", ["machine type", "region"]),
    ],
)  # fmt: skip
def test_columns_are_shown_and_no_conditions(people: ConfiguredTenant, text: str, columns: list[str]) -> None:
    assert [ref.name for ref in form_of(people, text).columns] == columns


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("buckets without versioning, logging or encryption", "buckets without versioning and without logging and without encryption"),
        ("users without mfa and console access", "users without mfa and console access"),
        ("keys without rotation, who owns them?", "keys without rotation, with owner"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_lacking_of_each(text: str, plain: str) -> None:
    assert reworded(text).strip(" ?") == plain


def test_each_part_of_a_name_is_one() -> None:
    assert of_nouns("buckets whose name contains a, b or c") == (
        "buckets whose name contains a or name contains b or name contains c"
    )
    assert of_nouns("assets with logs or audit in the name") == (
        "assets whose name contains logs or name contains audit"
    )


def test_only_roles_trust() -> None:
    assert with_trust("buckets used by lambda") == "buckets used by lambda"
    assert with_trust("roles that trust gitlab") == "roles with federated containing 'gitlab'"
    assert with_trust("lambda can assume the role").startswith("with service 'lambda.amazonaws.com'")


def test_what_grants_everything_has_values_for_it() -> None:
    assert (
        with_grants("cluster roles that grant everything") == "cluster roles with verbs '*' and resources '*'"
    )
    assert with_grants("buckets that grant everything") == "buckets that grant everything"


def test_an_occasion_out_of_reach_makes_no_question_so(people: ConfiguredTenant) -> None:
    asked = plan_question(
        "lambda functions with a timeout over 10, need it for the cost review", people.estate, None, NOW
    )
    assert asked.outcome == "answer"
    assert plan_question("what do our lambda functions cost", people.estate, None, NOW).outcome == "refuse"


def test_a_value_is_found_by_its_words(people: ConfiguredTenant) -> None:
    asked: Any = form_of(people, "azure disks encrypted with customer keys")
    assert "EncryptionAtRestWithCustomerKey" in repr(asked.items)
