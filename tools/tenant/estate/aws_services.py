"""AWS functions, builds, repositories and clusters, as their Get and Describe calls answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate.aws_network import Network
from tools.tenant.estate.cell import Cell, Resource


def function(
    cell: Cell,
    role: Resource,
    *,
    net: Network | None = None,
    groups: Sequence[Resource] = (),
    variables: dict[str, str] | None = None,
    policy: dict[str, Any] | None = None,
    url: str = "",
    concurrency: int | None = None,
    application: str = "",
    tidy: bool = False,
) -> Resource:
    """A function. `url`: AuthType of its URL; `concurrency` 0: it is switched off."""
    application = application or cell.application()
    name = cell.name(f"{application}-hook")
    region = net.region if net else cell.region
    uid = f"arn:aws:lambda:{region}:{cell.account.id}:function:{name}"
    statements = list(policy["Statement"]) if policy else []
    if url:
        statements.append(
            {
                "Sid": "Url",
                "Effect": "Allow",
                "Principal": "*" if url == "NONE" else {"AWS": cell.account.id},
                "Action": "lambda:InvokeFunctionUrl",
                "Resource": uid,
                "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": url}},
            }
        )
    for statement in statements:
        statement.setdefault("Resource", uid)
    config: dict[str, Any] = {
        "Configuration": {
            "FunctionName": name,
            "FunctionArn": uid,
            "Runtime": "python3.12"
            if tidy
            else cell.pick(("python3.12", "nodejs20.x", "python3.8", "java17", "python3.11")),
            "Role": role.uid,
            "Handler": "app.handler",
            "Timeout": 30,
            "MemorySize": 256,
            "LastModified": cell.iso(cell.number(1, 300)),
            "PackageType": "Zip",
            "State": "Active",
            "VpcConfig": {
                "VpcId": net.id if net else "",
                "SubnetIds": [s.id for s in net.private] if net else [],
                "SecurityGroupIds": [g.config["GroupId"] for g in groups],
            },
        },
        "Policy": iam.text(iam.document(*statements)) if statements else None,
        "FunctionUrlConfig": None,
    }
    if variables:
        config["Configuration"]["Environment"] = {"Variables": variables}
    if url:
        config["FunctionUrlConfig"] = {
            "FunctionUrl": f"https://{cell.hexes(32)}.lambda-url.{region}.on.aws/",
            "FunctionArn": uid,
            "AuthType": url,
        }
    if concurrency is not None:
        config["Concurrency"] = {"ReservedConcurrentExecutions": concurrency}
    return cell.add("aws.function", uid, name, config, region=region, application=application)


def repository(cell: Cell, *, public: bool = False, account: str = "", application: str = "") -> Resource:
    """An image repository. `public`: anybody may pull; `account`: that account may."""
    application = application or cell.application()
    name = cell.name(f"{cell.account.team}/{application}")
    principal: Any = "*" if public else {"AWS": f"arn:aws:iam::{account or cell.account.id}:root"}
    pull = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
    statement = {"Effect": "Allow", "Principal": principal, "Action": pull}
    uid = f"arn:aws:ecr:{cell.region}:{cell.account.id}:repository/{name}"
    config = {
        "repositoryArn": uid,
        "registryId": cell.account.id,
        "repositoryName": name,
        "repositoryUri": f"{cell.account.id}.dkr.ecr.{cell.region}.amazonaws.com/{name}",
        "imageTagMutability": "MUTABLE" if cell.chance(0.5) else "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": cell.chance(0.6)},
        "encryptionConfiguration": {"encryptionType": "AES256"},
        "policyText": iam.text(iam.document(statement)),
    }
    return cell.add("aws.repository", uid, name, config, application=application)


def build(
    cell: Cell,
    role: Resource,
    *,
    anyone: bool = False,
    filtered: bool = True,
    variables: Sequence[tuple[str, str]] = (),
    application: str = "",
) -> Resource:
    """A CodeBuild project. `anyone`: builds pull requests; `filtered`: of known people only."""
    application = application or cell.application()
    name = cell.name(f"{application}-build")
    uid = f"arn:aws:codebuild:{cell.region}:{cell.account.id}:project/{name}"
    events = "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PUSH" if anyone else "PUSH"
    group = [{"type": "EVENT", "pattern": events, "excludeMatchedPattern": False}]
    if anyone and filtered:
        group.append(
            {"type": "ACTOR_ACCOUNT_ID", "pattern": "^(4411872|9920155)$", "excludeMatchedPattern": False}
        )
    if not anyone:
        group.append({"type": "HEAD_REF", "pattern": "^refs/heads/main$", "excludeMatchedPattern": False})
    config = {
        "name": name,
        "arn": uid,
        "serviceRole": role.uid,
        "projectVisibility": "PRIVATE",
        "source": {
            "type": "GITHUB",
            "location": f"https://github.com/halden-outfitters/{application}.git",
            "buildspec": "buildspec.yml",
            "reportBuildStatus": True,
        },
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": cell.chance(0.5),
            "environmentVariables": [{"name": n, "value": v, "type": "PLAINTEXT"} for n, v in variables],
        },
        "webhook": {
            "url": f"https://api.github.com/repos/halden-outfitters/{application}/hooks",
            "filterGroups": [group],
        },
        "logsConfig": {"cloudWatchLogs": {"status": "ENABLED" if cell.chance(0.7) else "DISABLED"}},
    }
    return cell.add("aws.build", uid, name, config, application=application)


def cluster(cell: Cell, net: Network, *, open_endpoint: bool | None = None) -> Resource:
    """An EKS cluster with its OpenID Connect issuer."""
    name = cell.name(f"{cell.account.team}-eks")
    uid = f"arn:aws:eks:{net.region}:{cell.account.id}:cluster/{name}"
    trusted = iam.service_trust("eks")
    role = iam.role(cell, f"{name}-control", trusted, ["AmazonEKSClusterPolicy"])
    issuer = f"oidc.eks.{net.region}.amazonaws.com/id/{cell.hexes(32).upper()}"
    provider = iam.oidc_provider(cell, issuer)
    wide = cell.chance(0.3) if open_endpoint is None else open_endpoint
    config = {
        "name": name,
        "arn": uid,
        "version": cell.pick(("1.31", "1.32", "1.33")),
        "endpoint": f"https://{cell.hexes(32).upper()}.gr7.{net.region}.eks.amazonaws.com",
        "roleArn": role.uid,
        "status": "ACTIVE",
        "resourcesVpcConfig": {
            "subnetIds": [s.id for s in net.private],
            "vpcId": net.id,
            "endpointPublicAccess": wide,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": ["0.0.0.0/0"] if wide else [],
        },
        "identity": {"oidc": {"issuer": f"https://{issuer}"}},
        "logging": {"clusterLogging": [{"types": ["api", "audit"], "enabled": cell.chance(0.5)}]},
        "encryptionConfig": [{"resources": ["secrets"]}] if cell.chance(0.5) else None,
    }
    found = cell.add(
        "aws.cluster",
        uid,
        name,
        config,
        region=net.region,
        columns={"xdm.kubernetes.cluster.version": config["version"]},
    )
    cell.used[f"issuer {found.id}"] = (issuer, provider)
    return found
