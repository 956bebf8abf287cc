"""AWS compute, as the Describe and Get calls of EC2, Lambda, EKS, ECR and CodeBuild answer."""

from __future__ import annotations

from tools.tenant.estate.aws_instances import instance
from tools.tenant.estate.aws_services import build, cluster, function, repository

__all__ = ["build", "cluster", "function", "instance", "repository"]
