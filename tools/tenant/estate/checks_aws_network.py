"""The checks of the estate on AWS accounts and networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.tenant.estate.checks import CLOSE, CRITICAL, HIGH, MEDIUM, ON, Config, Row

_ANY = ("0.0.0.0/0", "::/0")


def _open(config: Config, *ports: int) -> bool:
    for permission in config["IpPermissions"]:
        if not any(entry["CidrIp"] in _ANY for entry in permission["IpRanges"]):
            continue
        if permission["IpProtocol"] == "-1":
            return True
        if any(permission["FromPort"] <= port <= permission["ToPort"] for port in ports):
            return True
    return False


def _all_ports(config: Config) -> bool:
    return any(
        any(entry["CidrIp"] in _ANY for entry in permission["IpRanges"])
        and (permission["IpProtocol"] == "-1" or permission["ToPort"] - permission["FromPort"] >= 65_000)
        for permission in config["IpPermissions"]
    )


def _some_port(config: Config) -> bool:
    return any(
        entry["CidrIp"] in _ANY
        and permission["IpProtocol"] != "-1"
        and permission["FromPort"] not in (22, 80, 443, 3389)
        for permission in config["IpPermissions"]
        for entry in permission["IpRanges"]
    )


def _open_to(*ports: int) -> Callable[[Config], bool]:
    return lambda config: _open(config, *ports)


def _peering_whole(config: Config) -> bool:
    return any(
        "VpcPeeringConnectionId" in route and route["DestinationCidrBlock"].endswith(("/8", "/12", "/16"))
        for route in config["Routes"]
    )


def network_rows() -> Iterator[Row]:
    """Checks of accounts, networks and balancers."""
    account = "aws.account"
    yield account, "guardduty_is_enabled", MEDIUM, "GuardDuty is off", lambda c: not c["GuardDuty"], ON
    yield account, "securityhub_enabled", MEDIUM, "Security Hub is off", lambda c: not c["SecurityHub"], ON
    yield (
        *(account, "cloudtrail_multi_region_enabled", HIGH, "CloudTrail does not cover all regions"),
        *(lambda c: not any(t["IsMultiRegionTrail"] for t in c["Trails"]), ON),
    )
    yield (
        *(account, "iam_root_mfa_enabled", CRITICAL, "Root user has no MFA"),
        *(lambda c: not c["SummaryMap"]["AccountMFAEnabled"], ON),
    )
    yield (
        *(account, "iam_password_policy_minimum_length_14", MEDIUM, "Passwords may be short"),
        *(lambda c: c["PasswordPolicy"]["MinimumPasswordLength"] < 14, "Ask for 14 characters or more."),
    )
    yield (
        *(account, "ec2_ebs_default_encryption", MEDIUM, "New EBS volumes are not encrypted"),
        *(lambda c: not c["EbsEncryptionByDefault"], ON),
    )
    yield (
        *(account, "s3_account_level_public_access_blocks", HIGH, "Account does not block public buckets"),
        *(lambda c: not all(c["PublicAccessBlockConfiguration"].values()), ON),
    )
    yield "aws.vpc", "vpc_flow_logs_enabled", MEDIUM, "VPC flow logs are off", lambda c: not c["FlowLogs"], ON
    yield (
        *("aws.subnet", "vpc_subnet_no_public_ip_by_default", MEDIUM, "Subnet gives out public addresses"),
        *(lambda c: c["MapPublicIpOnLaunch"], "Turn it off; give addresses where they are needed."),
    )
    yield (
        *("aws.routes", "vpc_peering_routing_tables_with_least_privilege", MEDIUM),
        *("Peering route covers a whole network", _peering_whole, "Route the subnets that are needed."),
    )
    yield (
        *("aws.nacl", "ec2_networkacl_allow_ingress_any_port", MEDIUM, "Network ACL lets in any port"),
        *(
            lambda c: (
                min(
                    (e["RuleNumber"], e["RuleAction"])
                    for e in c["Entries"]
                    if not e["Egress"] and e["CidrBlock"] == "0.0.0.0/0"
                )[1]
                == "allow"
            ),
            CLOSE,
        ),
    )
    internet = "ec2_securitygroup_allow_ingress_from_internet_to"
    group = "aws.group"
    for rule, severity, title, ports in (
        ("tcp_port_22", HIGH, "SSH (22) open to the internet", (22,)),
        ("tcp_port_3389", HIGH, "RDP (3389) open to the internet", (3389,)),
        ("tcp_port_postgres_5432", HIGH, "PostgreSQL (5432) open to the internet", (5432,)),
        ("tcp_port_mysql_3306", HIGH, "MySQL (3306) open to the internet", (3306,)),
        ("tcp_port_redis_6379", HIGH, "Redis (6379) open to the internet", (6379,)),
        (
            *("tcp_port_elasticsearch_kibana_9200_9300_5601", HIGH),
            *("Elasticsearch open to the internet", (9200, 9300, 5601)),
        ),
    ):
        yield group, f"{internet}_{rule}", severity, title, _open_to(*ports), CLOSE
    yield group, f"{internet}_all_ports", CRITICAL, "All ports open to the internet", _all_ports, CLOSE
    yield group, f"{internet}_any_port", MEDIUM, "A port is open to the internet", _some_port, CLOSE
    yield (
        *("aws.balancer", "elbv2_internet_facing", MEDIUM, "Load balancer faces the internet"),
        *(lambda c: c["Scheme"] == "internet-facing", "Make it internal where it need not be public."),
    )
    yield (
        *("aws.balancer", "elbv2_logging_enabled", MEDIUM, "Load balancer keeps no access log"),
        *(lambda c: c["Attributes"][0]["Value"] != "true", ON),
    )
    yield (
        *("aws.balancer", "elbv2_deletion_protection", MEDIUM, "Load balancer can be deleted by mistake"),
        *(lambda c: c["Attributes"][1]["Value"] != "true", ON),
    )
    yield (
        *("aws.balancer", "elbv2_insecure_ssl_ciphers", HIGH, "Load balancer takes old TLS versions"),
        *(
            lambda c: any("2015" in one.get("SslPolicy", "") for one in c["Listeners"]),
            "Use a TLS 1.2 policy.",
        ),
    )
