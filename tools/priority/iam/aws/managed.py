"""What well-known AWS managed policies allow, as facts, for estates whose collector left their text out.

Only those whose reach on what we ask about is exact or understated; others count as not collected. Source:
the AWS managed policy reference.
"""

from __future__ import annotations

from functools import cache

from tools.priority.iam.aws.model import Policy, PolicyKind
from tools.priority.iam.aws.parse import parse_policy

_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_PULL = (
    "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage",
)  # fmt: skip
_EXACT: dict[str, tuple[str, ...]] = {
    "AdministratorAccess": ("*",),
    "IAMFullAccess": ("iam:*",),
    "AmazonS3FullAccess": ("s3:*", "s3-object-lambda:*"),
    "AmazonS3ReadOnlyAccess": ("s3:Get*", "s3:List*", "s3:Describe*"),
    "AmazonSSMReadOnlyAccess": ("ssm:Describe*", "ssm:Get*", "ssm:List*"),
    "AmazonSNSFullAccess": ("sns:*",),
    "AmazonSQSFullAccess": ("sqs:*",),
    "AmazonKinesisFullAccess": ("kinesis:*",),
    "CloudWatchLogsFullAccess": ("logs:*",),
    "AWSCloudFormationFullAccess": ("cloudformation:*",),
    "AWSLambdaBasicExecutionRole": _LOGS,
    "AWSLambdaVPCAccessExecutionRole": (
        *_LOGS, "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
    ),
    "AWSLambdaSQSQueueExecutionRole": (
        *_LOGS, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
    ),
    "AmazonECSTaskExecutionRolePolicy": (*_PULL, "logs:CreateLogStream", "logs:PutLogEvents"),
    "AmazonEC2ContainerRegistryReadOnly": (
        *_PULL, "ecr:GetRepositoryPolicy", "ecr:DescribeRepositories", "ecr:ListImages", "ecr:DescribeImages",
        "ecr:GetLifecyclePolicy", "ecr:GetLifecyclePolicyPreview", "ecr:ListTagsForResource",
        "ecr:DescribeImageScanFindings",
    ),
    "AmazonEKSWorkerNodePolicy": (
        "ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVolumes",
        "ec2:DescribeVolumesModifications", "ec2:DescribeVpcs", "eks:DescribeCluster",
        "eks-auth:AssumeRoleForPodIdentity",
    ),
    "AmazonEKS_CNI_Policy": (
        "ec2:AssignPrivateIpAddresses", "ec2:AttachNetworkInterface", "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface", "ec2:DescribeInstances", "ec2:DescribeTags",
        "ec2:DescribeNetworkInterfaces", "ec2:DescribeInstanceTypes", "ec2:DescribeSubnets",
        "ec2:DetachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute", "ec2:UnassignPrivateIpAddresses",
    ),
    "AmazonSSMManagedInstanceCore": (
        "ssm:DescribeAssociation", "ssm:GetDeployablePatchSnapshotForInstance", "ssm:GetDocument",
        "ssm:DescribeDocument", "ssm:GetManifest", "ssm:GetParameter", "ssm:GetParameters",
        "ssm:ListAssociations", "ssm:ListInstanceAssociations", "ssm:PutInventory", "ssm:PutComplianceItems",
        "ssm:PutConfigurePackageResult", "ssm:UpdateAssociationStatus", "ssm:UpdateInstanceAssociationStatus",
        "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel", "ec2messages:AcknowledgeMessage",
        "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint",
        "ec2messages:GetMessages", "ec2messages:SendReply",
    ),
    "AWSXRayDaemonWriteAccess": ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
}  # fmt: skip
# Wide ones whose text is longer; what is stated is certain, the rest is unknown.
_AT_LEAST: dict[str, tuple[str, ...]] = {
    "AmazonEC2ReadOnlyAccess": ("ec2:Describe*",),
    "AmazonSSMFullAccess": ("ssm:*",),
    "SecretsManagerReadWrite": ("secretsmanager:*",),
    "AmazonECS_FullAccess": ("ecs:*",),
    "CloudWatchAgentServerPolicy": ("cloudwatch:PutMetricData", "logs:PutLogEvents", "logs:CreateLogStream"),
    "AmazonEC2FullAccess": ("ec2:*",),
    "AWSLambda_FullAccess": ("lambda:*",),
    "AmazonDynamoDBFullAccess": ("dynamodb:*",),
    "AmazonRDSFullAccess": ("rds:*",),
    "ReadOnlyAccess": (
        "s3:Get*", "s3:List*", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem",
        "lambda:Get*", "lambda:List*", "ec2:Describe*", "iam:Get*", "iam:List*", "kms:Describe*", "kms:List*",
        "ssm:Get*", "ssm:Describe*", "ssm:List*", "sqs:Get*", "sqs:List*", "sns:Get*", "sns:List*",
    ),
    "SecurityAudit": ("ec2:Describe*", "iam:Get*", "iam:List*", "s3:GetBucket*", "s3:ListAllMyBuckets"),
    "ViewOnlyAccess": ("iam:List*", "s3:ListAllMyBuckets", "lambda:List*"),
}  # fmt: skip
_POWER_USER = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["iam:ListRoles", "iam:CreateServiceLinkedRole"],
            "Resource": "*",
        },
    ],
}


@cache
def managed_policy(name: str) -> Policy | None:
    """The policy of an AWS managed policy's name or ARN; None if its text is not among our facts."""
    short = name.rsplit("/", 1)[-1]
    if short == "PowerUserAccess":
        return parse_policy(_POWER_USER, short, PolicyKind.IDENTITY)
    actions = _EXACT.get(short) or _AT_LEAST.get(short)
    if actions is None:
        return None
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, short, PolicyKind.IDENTITY)


def is_understated(name: str) -> bool:
    """Whether the managed policy allows more than our facts say."""
    return name.rsplit("/", 1)[-1] in _AT_LEAST


def may_deny(name: str) -> bool:
    """Whether an AWS managed policy is one of the few that deny."""
    low = name.lower()
    return "deny" in low or "quarantine" in low or "compromised" in low
