"""Whether a person at a console, a pipeline, a command line or the cloud itself made a call, by its user agent."""

from __future__ import annotations

from tools.priority.correlation.model import Channel

_MARKS: tuple[tuple[Channel, tuple[str, ...]], ...] = (
    (
        "pipeline",
        (
            *(
                "terraform",
                "hashicorp",
                "opentofu",
                "pulumi",
                "cloudformation",
                "ansible",
                "crossplane",
                "aws-cdk",
            ),
            *(
                "github-actions",
                "gitlab",
                "jenkins",
                "azuredevops",
                "vsts",
                "argocd",
                "spacelift",
                "deployment manager",
            ),
        ),
    ),
    (
        "console",
        ("mozilla/", "console.amazonaws.com", "signin.amazonaws.com", "console.cloud.google", "aws-console"),
    ),
    (
        "command line",
        (
            "aws-cli",
            "boto",
            "google-cloud-sdk",
            "gcloud",
            "azure-cli",
            "azurecli",
            "azpowershell",
            "aws-sdk",
            "curl/",
        ),
    ),
    ("cloud service", ("amazonaws.com", "aws internal", "googleapis", "microsoft.azure")),
)


def channel_of(user_agent: str, identity_type: str = "") -> Channel:
    """How a call came in; `unknown` where the user agent says nothing.

    >>> channel_of("APN/1.0 HashiCorp/1.0 Terraform/1.9.8")
    'pipeline'
    """
    low = user_agent.lower()
    for channel, marks in _MARKS:
        if any(mark in low for mark in marks):
            return channel
    kind = identity_type.lower()
    # A service that acts by itself has no user agent; a service account is somebody's.
    own = not low and "service" in kind and "account" not in kind
    return "cloud service" if own else "unknown"
