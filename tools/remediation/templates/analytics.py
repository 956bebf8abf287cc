"""Amazon OpenSearch and Redshift: encryption and transport."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.remediation.hcl.write import NewBlock, label_for, nested, resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard
from tools.remediation.templates.setting import given, setting
from tools.remediation.workspace import Selector

_DOMAIN = {
    ("encrypt_at_rest", "enabled"): ("encryption_at_rest", "EncryptionAtRestOptions.Enabled"),
    ("node_to_node_encryption", "enabled"): (
        "node_to_node_encryption",
        "NodeToNodeEncryptionOptions.Enabled",
    ),
    ("domain_endpoint_options", "enforce_https"): ("enforce_https", "DomainEndpointOptions.EnforceHTTPS"),
}


def _domain_block(t: Target) -> NewBlock:
    name = t.text("name", "DomainName", default=t.uid.rpartition("/")[2] or t.name)
    attributes: dict[str, Any] = {"domain_name": name}
    if version := t.text("version", "EngineVersion"):
        attributes["engine_version"] = version
    if t.tags:
        attributes["tags"] = t.tags
    inner = []
    if count := t.number("instance_count", "ClusterConfig.InstanceCount"):
        inner.append(nested("cluster_config", {"instance_count": count}))
    inner += [
        nested(block, {attribute: bool(t.flag(*paths, default=False))})
        for (block, attribute), paths in _DOMAIN.items()
    ]
    rest = guard("ebs_options", "access_policies", "advanced_options")
    return resource("aws_opensearch_domain", label_for(name), attributes, *inner, rest)


def _domain(
    values: dict[tuple[str, ...], Any],
    check: str,
    option: str,
    on: Any,
    off: Any,
    *,
    breaks: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        block = _domain_block(t)
        name = str(block.attributes["domain_name"])

        def command(value: Any) -> str:
            return aws("opensearch", "update-domain-config", t.region, domain_name=name, **{option: value})

        return setting(
            Selector("aws_opensearch_domain", {"domain_name": name}, (name, t.uid), t.tags),
            block,
            values,
            identity=name,
            checks=(check,),
            commands=(command(on),),
            rollback=(command(off),)
            if off
            else ("It cannot be switched off again: restore a snapshot elsewhere.",),
            breaks=breaks,
            notes=notes,
        )

    return build


_BLUE_GREEN = "The service moves the data to new nodes behind the same name (blue/green); it can take hours."
_OLD = "Below OpenSearch 1.0 and Elasticsearch 6.7 the domain must be made anew."


def _cluster(
    values: dict[tuple[str, ...], Any], check: str, to: str, back: str, breaks: tuple[str, ...]
) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        extra: list[NewBlock] = []
        name = t.text("id", "ClusterIdentifier", default=t.uid.rpartition(":")[2] or t.name)
        attributes: dict[str, Any] = {
            "cluster_identifier": name,
            "node_type": given(t.text("NodeType", "node_type"), "node_type", "Type of the nodes", extra),
        }
        for attribute, paths in (
            ("database_name", ("database_name", "DBName")),
            ("master_username", ("master_username", "MasterUsername")),
        ):
            if held := t.text(*paths):
                attributes[attribute] = held
        attributes["encrypted"] = bool(t.flag("encrypted", "Encrypted", default=False))
        attributes["publicly_accessible"] = bool(t.flag("public_access", "PubliclyAccessible", default=False))
        routing = t.flag("enhanced_vpc_routing", "EnhancedVpcRouting", default=False)
        attributes["enhanced_vpc_routing"] = bool(routing)
        if t.tags:
            attributes["tags"] = t.tags
        block = resource("aws_redshift_cluster", label_for(name), attributes, guard("number_of_nodes"))

        def command(change: str) -> str:
            return aws("redshift", "modify-cluster", t.region, cluster_identifier=name, **{change: True})

        return setting(
            Selector("aws_redshift_cluster", {"cluster_identifier": name}, (name,), t.tags),
            block,
            values,
            identity=name,
            extra=extra,
            checks=(check,),
            commands=(command(to),),
            rollback=(command(back),),
            breaks=breaks,
            notes=("The password is not in this text and is not touched.",),
        )

    return build


TEMPLATES = (
    Template(
        "aws.opensearch.unencrypted",
        "Encrypt the domain's data",
        ("opensearch_service_domains_encryption_at_rest_enabled",),
        _domain(
            {("encrypt_at_rest", "enabled"): True},
            "CKV_AWS_5",
            "encryption_at_rest_options",
            "Enabled=true",
            "",
            notes=(_BLUE_GREEN, _OLD),
        ),
    ),
    Template(
        "aws.opensearch.insecure_transport",
        "Encrypt traffic between nodes",
        ("opensearch_service_domains_node_to_node_encryption_enabled",),
        _domain(
            {("node_to_node_encryption", "enabled"): True},
            "CKV_AWS_6",
            "node_to_node_encryption_options",
            "Enabled=true",
            "",
            notes=(_BLUE_GREEN, _OLD),
        ),
    ),
    Template(
        "aws.opensearch.insecure_transport",
        "Refuse plain HTTP",
        ("opensearch_service_domains_https_communications_enforced",),
        _domain(
            {
                ("domain_endpoint_options", "enforce_https"): True,
                ("domain_endpoint_options", "tls_security_policy"): "Policy-Min-TLS-1-2-PFS-2023-10",
            },
            "CKV_AWS_83",
            "domain_endpoint_options",
            "EnforceHTTPS=true,TLSSecurityPolicy=Policy-Min-TLS-1-2-PFS-2023-10",
            "EnforceHTTPS=false",
            breaks=("Clients that use http:// or TLS before 1.2 are refused.",),
        ),
    ),
    Template(
        "aws.redshift.unencrypted",
        "Encrypt the cluster's data",
        ("redshift_cluster_encrypted_at_rest",),
        _cluster(
            {("encrypted",): True},
            "CKV_AWS_64",
            "encrypted",
            "no_encrypted",
            ("The cluster is moved to new nodes: for minutes to hours it can only be read.",),
        ),
    ),
    Template(
        "aws.redshift.public_access",
        "Take the cluster off the internet",
        ("redshift_cluster_public_access",),
        _cluster(
            {("publicly_accessible",): False},
            "CKV_AWS_87",
            "no_publicly_accessible",
            "publicly_accessible",
            ("Clients outside the VPC lose the cluster.",),
        ),
    ),
    Template(
        "aws.redshift.cluster_enhanced_vpc_routing",
        "Keep COPY and UNLOAD inside the VPC",
        ("redshift_cluster_enhanced_vpc_routing",),
        _cluster(
            {("enhanced_vpc_routing",): True},
            "CKV_AWS_321",
            "enhanced_vpc_routing",
            "no_enhanced_vpc_routing",
            ("COPY and UNLOAD need a VPC endpoint or a NAT gateway to reach S3 from then on.",),
        ),
    ),
)
