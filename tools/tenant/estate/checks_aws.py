"""The checks of the estate on AWS, over the answers of AWS's own API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tools.tenant.estate.checks import CLOSE, CRITICAL, HIGH, LOW, MEDIUM, ON, Config, DatedRow, Row

_ANY = ("0.0.0.0/0", "::/0")
_EVERYBODY = ('"Principal":"*"', '"Principal":{"AWS":"*"}')
_SECRET_WORDS = ("PASSWORD", "SECRET", "TOKEN", "ACCESS_KEY", "DATABASE_URL", "CONNECTION_STRING")
_ESCALATIONS = ({"iam:PassRole", "lambda:CreateFunction"}, {"iam:PassRole", "ec2:RunInstances"})


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


def _everybody(policy: Any) -> bool:
    """Whether a policy text has an unconditional grant to everybody."""
    if not isinstance(policy, str) or not any(mark in policy for mark in _EVERYBODY):
        return False
    return '"Condition"' not in policy


def _document(config: Config) -> Any:
    return config["PolicyVersionList"][0]["Document"]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _allowed(config: Config) -> set[str]:
    return {
        action
        for statement in _document(config)["Statement"]
        if statement["Effect"] == "Allow"
        for action in _listed(statement.get("Action", ()))
    }


def _admin(config: Config) -> bool:
    return any(
        statement["Effect"] == "Allow" and "*" in _listed(statement.get("Action", ()))
        for statement in _document(config)["Statement"]
    )


def _escalates(config: Config) -> bool:
    allowed = _allowed(config)
    return any(pair <= allowed for pair in _ESCALATIONS)


def _open_trust(config: Config) -> bool:
    return any(
        statement["Effect"] == "Allow" and statement["Principal"] in ("*", {"AWS": "*"})
        for statement in config["AssumeRolePolicyDocument"]["Statement"]
    )


def _no_subject(config: Config) -> bool:
    return any(
        statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        and ":sub" not in str(statement.get("Condition"))
        for statement in config["AssumeRolePolicyDocument"]["Statement"]
    )


def _foreign_trust(config: Config) -> bool:
    own = config["Arn"].split(":")[4]
    return any(
        ":iam::" in name and name.split(":")[4] != own and "Condition" not in statement
        for statement in config["AssumeRolePolicyDocument"]["Statement"]
        for name in _listed(
            statement["Principal"].get("AWS", ()) if isinstance(statement["Principal"], dict) else ()
        )
    )


def _secret_variable(variables: Any) -> bool:
    return any(any(word in name.upper() for word in _SECRET_WORDS) for name in variables)


def _secret_script(config: Config) -> bool:
    import base64

    value = config.get("UserData")
    if not value:
        return False
    text = base64.b64decode(value["Value"]).decode()
    return any(word in text for word in ("AWS_SECRET_ACCESS_KEY", "PASSWORD=", "PGPASSWORD"))


def _peering_whole(config: Config) -> bool:
    return any(
        "VpcPeeringConnectionId" in route and route["DestinationCidrBlock"].endswith(("/8", "/12", "/16"))
        for route in config["Routes"]
    )


def _shared(config: Config) -> bool:
    return any(grant.get("Group") == "all" for grant in config["CreateVolumePermissions"])


def _webhook_open(config: Config) -> bool:
    hook = config.get("webhook")
    if not hook:
        return False
    return any(
        any(f["type"] == "EVENT" and "PULL_REQUEST_CREATED" in f["pattern"] for f in group)
        and not any(f["type"] == "ACTOR_ACCOUNT_ID" for f in group)
        for group in hook["filterGroups"]
    )


def _public_write(config: Config) -> bool:
    policy = config["Policy"]
    return _everybody(policy) and "s3:PutObject" in policy


def aws_rows() -> Iterator[Row]:
    """Checks by kind of resource."""
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
    machine = "aws.instance"
    yield (
        *(machine, "ec2_instance_imdsv2_enabled", HIGH, "Instance allows IMDSv1"),
        *(
            lambda c: c["MetadataOptions"]["HttpTokens"] != "required",
            "Require tokens for instance metadata.",
        ),
    )
    yield (
        *(machine, "ec2_instance_public_ip", MEDIUM, "Instance has a public IP address"),
        *(lambda c: "PublicIpAddress" in c, "Put it behind a load balancer."),
    )
    yield (
        *(machine, "ec2_instance_internet_facing_with_instance_profile", MEDIUM),
        "Instance with a public address has a role",
        lambda c: "PublicIpAddress" in c and "IamInstanceProfile" in c,
        "Take the public address or the role away.",
    )
    yield (
        *(machine, "ec2_instance_managed_by_ssm", MEDIUM, "Instance is not managed by SSM"),
        *(lambda c: c.get("InstanceInformation") is None, ON),
    )
    yield (
        *(machine, "ec2_instance_detailed_monitoring_enabled", LOW, "Detailed monitoring is off"),
        *(lambda c: c["Monitoring"]["State"] != "enabled", ON),
    )
    yield (
        *(machine, "ec2_instance_secrets_user_data", CRITICAL, "Secret in the start script"),
        *(_secret_script, "Take it out, rotate it, and read it from a secret store."),
    )
    yield (
        *("aws.volume", "ec2_ebs_volume_encryption", MEDIUM, "Volume is not encrypted"),
        *(lambda c: not c["Encrypted"], ON),
    )
    yield (
        *("aws.snapshot", "ec2_ebs_public_snapshot", CRITICAL, "Snapshot is shared with everybody"),
        *(_shared, "Take the group 'all' off the snapshot."),
    )
    yield (
        *("aws.snapshot", "ec2_ebs_snapshots_encrypted", MEDIUM, "Snapshot is not encrypted"),
        *(lambda c: not c["Encrypted"], "Copy it with a key and delete the plain one."),
    )
    yield (
        *("aws.image", "ec2_ami_public", HIGH, "Image is shared with everybody"),
        *(lambda c: c["Public"], "Share it with named accounts."),
    )
    bucket = "aws.bucket"
    yield (
        *(bucket, "s3_bucket_public_access", CRITICAL, "Bucket policy allows everybody to read"),
        *(lambda c: _everybody(c["Policy"]), "Take the public statement out of the policy."),
    )
    yield (
        *(
            bucket,
            "s3_bucket_policy_public_write_access",
            CRITICAL,
            "Bucket policy allows everybody to write",
        ),
        *(_public_write, "Take the public statement out of the policy."),
    )
    yield (
        *(bucket, "s3_bucket_level_public_access_block", MEDIUM, "Bucket does not block public access"),
        *(lambda c: not all(c["PublicAccessBlockConfiguration"].values()), ON),
    )
    yield (
        *(bucket, "s3_bucket_kms_encryption", MEDIUM, "Bucket has no customer key"),
        *(
            lambda c: (
                c["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"][
                    "SSEAlgorithm"
                ]
                != "aws:kms"
            ),
            ON,
        ),
    )
    yield (
        *(bucket, "s3_bucket_secure_transport_policy", MEDIUM, "Bucket accepts plain HTTP"),
        *(
            lambda c: "aws:SecureTransport" not in (c["Policy"] or ""),
            "Deny requests without TLS in the bucket policy.",
        ),
    )
    yield (
        *(bucket, "s3_bucket_object_versioning", MEDIUM, "Bucket keeps no versions"),
        *(lambda c: c["Versioning"].get("Status") != "Enabled", ON),
    )
    yield (
        *(bucket, "s3_bucket_server_access_logging_enabled", LOW, "Bucket access is not logged"),
        *(lambda c: not c["LoggingEnabled"], ON),
    )
    database = "aws.database"
    yield (
        *(database, "rds_instance_no_public_access", CRITICAL, "Database is publicly accessible"),
        *(lambda c: c["PubliclyAccessible"], "Turn public access off and keep it in private subnets."),
    )
    yield (
        *(database, "rds_instance_storage_encrypted", HIGH, "Database is not encrypted"),
        *(lambda c: not c["StorageEncrypted"], "Restore an encrypted copy of a snapshot."),
    )
    yield (
        *(database, "rds_instance_backup_enabled", MEDIUM, "Database has no backups"),
        *(lambda c: not c["BackupRetentionPeriod"], ON),
    )
    yield (
        *(database, "rds_instance_deletion_protection", MEDIUM, "Database can be deleted by mistake"),
        *(lambda c: not c["DeletionProtection"], ON),
    )
    yield (
        *(database, "rds_instance_multi_az", MEDIUM, "Database is in one zone"),
        *(lambda c: not c["MultiAZ"], ON),
    )
    yield (
        *(database, "rds_instance_iam_authentication_enabled", MEDIUM, "Database takes passwords only"),
        *(lambda c: not c["IAMDatabaseAuthenticationEnabled"], ON),
    )
    yield (
        *("aws.database_snapshot", "rds_snapshots_public_access", CRITICAL, "Database snapshot is public"),
        *(
            lambda c: any("all" in a["AttributeValues"] for a in c["DBSnapshotAttributes"]),
            "Share it with named accounts, or with none.",
        ),
    )
    yield (
        *("aws.database_snapshot", "rds_snapshots_encrypted", MEDIUM, "Database snapshot is not encrypted"),
        *(lambda c: not c["Encrypted"], "Copy it with a key and delete the plain one."),
    )
    yield (
        *("aws.table", "dynamodb_tables_pitr_enabled", MEDIUM, "Table has no point-in-time recovery"),
        *(
            lambda c: (
                c["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"][
                    "PointInTimeRecoveryStatus"
                ]
                != "ENABLED"
            ),
            ON,
        ),
    )
    yield (
        *("aws.table", "dynamodb_tables_kms_cmk_encryption_enabled", MEDIUM, "Table has no customer key"),
        *(lambda c: not c.get("SSEDescription"), ON),
    )
    function = "aws.function"
    yield (
        *(function, "awslambda_function_url_public", HIGH, "Function URL needs no login"),
        *(
            lambda c: (c.get("FunctionUrlConfig") or {}).get("AuthType") == "NONE",
            "Ask for IAM authorisation on the URL.",
        ),
    )
    yield (
        *(
            function,
            "awslambda_function_not_publicly_accessible",
            CRITICAL,
            "Function can be invoked by anybody",
        ),
        *(
            lambda c: _everybody(c["Policy"]) and "lambda:InvokeFunctionUrl" not in c["Policy"],
            "Name the callers in its policy.",
        ),
    )
    yield (
        *(function, "awslambda_function_no_secrets_in_variables", CRITICAL, "Secret in a variable"),
        *(
            lambda c: _secret_variable(c["Configuration"].get("Environment", {}).get("Variables", ())),
            "Move it to Secrets Manager and rotate it.",
        ),
    )
    yield (
        *(function, "awslambda_function_using_supported_runtimes", MEDIUM, "Runtime has no support"),
        *(
            lambda c: c["Configuration"]["Runtime"] in {"python3.8", "nodejs16.x"},
            "Move to a supported runtime.",
        ),
    )
    yield (
        *(function, "awslambda_function_inside_vpc", LOW, "Function runs outside a VPC"),
        *(lambda c: not c["Configuration"]["VpcConfig"]["VpcId"], "Run it in the network of what it uses."),
    )
    yield (
        *("aws.key", "kms_cmk_rotation_enabled", HIGH, "Key rotation is off"),
        *(lambda c: not c["KeyRotationEnabled"], ON),
    )
    yield (
        *("aws.key", "kms_key_not_publicly_accessible", CRITICAL, "Key policy lets everybody use the key"),
        *(lambda c: _everybody(c["Policy"]), "Name the principals in its policy."),
    )
    yield (
        *("aws.secret", "secretsmanager_automatic_rotation_enabled", MEDIUM, "Secret is not rotated"),
        *(lambda c: not c["RotationEnabled"], ON),
    )
    yield (
        *("aws.secret", "secretsmanager_not_publicly_accessible", CRITICAL, "Secret can be read by anybody"),
        *(lambda c: _everybody(c.get("ResourcePolicy")), "Name the principals in its policy."),
    )
    yield (
        *("aws.repository", "ecr_repositories_not_publicly_accessible", CRITICAL, "Image registry is public"),
        *(lambda c: _everybody(c["policyText"]), "Name the accounts that may pull."),
    )
    yield (
        *("aws.repository", "ecr_repositories_scan_images_on_push_enabled", MEDIUM, "Images are not scanned"),
        *(lambda c: not c["imageScanningConfiguration"]["scanOnPush"], ON),
    )
    yield (
        *("aws.build", "codebuild_project_not_publicly_accessible", HIGH, "Builds are public"),
        *(lambda c: c["projectVisibility"] == "PUBLIC_READ", "Make the project private."),
    )
    yield (
        *("aws.build", "codebuild_project_webhook_filters_use_anchored_patterns", HIGH),
        *("Pull requests of anybody are built", _webhook_open, "Filter by the actor's account id."),
    )
    yield (
        *("aws.build", "codebuild_project_logging_enabled", LOW, "Builds are not logged"),
        *(lambda c: c["logsConfig"]["cloudWatchLogs"]["status"] != "ENABLED", ON),
    )
    yield (
        *("aws.cluster", "eks_cluster_not_publicly_accessible", HIGH, "Cluster endpoint is public"),
        *(
            lambda c: (
                c["resourcesVpcConfig"]["endpointPublicAccess"]
                and "0.0.0.0/0" in c["resourcesVpcConfig"]["publicAccessCidrs"]
            ),
            CLOSE,
        ),
    )
    yield (
        *("aws.cluster", "eks_cluster_kms_cmk_encryption_in_secrets_enabled", MEDIUM),
        *("Cluster secrets have no key of ours", lambda c: not c.get("encryptionConfig"), ON),
    )
    yield (
        *(
            "aws.cluster",
            "eks_control_plane_logging_all_types_enabled",
            MEDIUM,
            "Control plane is not logged",
        ),
        *(lambda c: not c["logging"]["clusterLogging"][0]["enabled"], ON),
    )
    yield (
        *("aws.policy", "iam_customer_attached_policy_no_administrative_privileges", HIGH),
        *("Policy grants everything on everything", _admin, "List the actions and resources needed."),
    )
    yield (
        *("aws.policy", "iam_policy_allows_privilege_escalation", HIGH, "Policy allows privilege escalation"),
        *(_escalates, "Restrict iam:PassRole to the roles that the service needs."),
    )
    yield (
        *("aws.role", "iam_no_custom_policy_permissive_role_assumption", HIGH),
        *("Role can be assumed by any account", _open_trust, "Name the accounts and ask for an external id."),
    )
    yield (
        *("aws.role", "iam_role_cross_service_confused_deputy_prevention", MEDIUM),
        *("Role trusts another account without condition", _foreign_trust, "Ask for an external id."),
    )
    yield (
        *("aws.role", "iam_role_web_identity_subject_missing", HIGH, "Federated trust names no subject"),
        *(_no_subject, "Name the repository, branch or service account in a condition on the subject."),
    )
    yield (
        *("container.image", "ecr_repository_image_no_secrets", CRITICAL, "Secret in an image"),
        *(
            lambda c: _secret_variable(one.partition("=")[0] for one in c["Config"]["Env"]),
            "Take it out, rotate it, and give it at run time.",
        ),
    )
    yield (
        *("aws.user", "iam_user_mfa_enabled_console_access", HIGH, "Console user has no MFA"),
        *(lambda c: "LoginProfile" in c and not c["MFADevices"], ON),
    )
    yield (
        *("aws.user", "iam_user_two_active_access_key", MEDIUM, "User has two active keys"),
        *(lambda c: sum(k["Status"] == "Active" for k in c["AccessKeys"]) > 1, "Delete one of them."),
    )


def dated_rows() -> Iterator[DatedRow]:
    """Checks that ask for an age: the date that keys must not be older than goes with the configuration."""
    yield (
        *("aws.user", "iam_rotate_access_key_90_days", MEDIUM, "Access key is older than 90 days"),
        *(
            lambda c, edge: any(k["Status"] == "Active" and k["CreateDate"] < edge for k in c["AccessKeys"]),
            "Rotate the key, or use a role.",
        ),
    )
    yield (
        *("gcp.account", "iam_sa_user_managed_key_rotate_90_days", MEDIUM, "Key is older than 90 days"),
        *(
            lambda c, edge: any(
                k["keyType"] == "USER_MANAGED" and k["validAfterTime"] < edge for k in c["keys"]
            ),
            "Rotate it, or use workload identity.",
        ),
    )
