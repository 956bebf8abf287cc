"""Short names over the tenant's tables, so that a person can read and check the SQL beside a question.

    a      assets: id, strong_id, name, provider (upper case), account, account_name, region, class, category, type,
           type_name, tags (JSON), cfg (the provider's configuration, JSON), facts (normalized fields, JSON), groups,
           first_seen, last_seen, os, host_state, namespace; of the tags: env (production, staging, dev, test, however
           it is spelled, or the word as it stands), env_own (so, without the key
           `Stage`), env_tag (what stands under `Environment`), owner (under `Owner`),
           contact (under any key for it), team, app, tier, dataclass (any key, upper case)
    ec2    AWS machines: a.*, state, tokens, public_ip, ssm (managed by SSM), monitoring, size
    s3     AWS buckets: a.*, versioning, logging, encryption, tls (plain HTTP refused), blocked (all four public blocks)
    rds    AWS databases: a.*, engine, public, encrypted, backup_days, protected (from deletion), multi_az
    iam    AWS users: a.*, console, mfa (number of devices), key_days (age of the oldest active key, in days),
           any_key_days (of the oldest one)
    vol    AWS volumes: a.*, encrypted, gigabytes
    fn     AWS functions: a.*, runtime, url_auth
    kms    AWS customer keys: a.*, rotation
    sg     inbound rules of AWS security groups: a.*, proto, from_port, to_port, cidrs, rules (how many the group has)
    i      issues: id, external_id, name, severity (upper case), status, open, category, domain, rule, type, method,
           assigned, provider, account, account_name, region, service, first_seen, observed, modified, resolved_at,
           facts (JSON)
    ai     asset x issue: a.*, issue_id, external_id, issue_name, severity, open, issue_category, rule, issue_first_seen
    f      findings: id, name, category, rule, asset_id, asset_name, status, severity, owner, observed, facts (JSON)
    v      vulnerabilities among findings: f.*, cve, cvss, fixable, kev, package, version

`days_ago(n)` and `utc_now()` are naive UTC, as the store keeps times.
"""

from __future__ import annotations

_ACCOUNT_NAMES = """
CREATE TEMP VIEW account_names AS
SELECT account, any_value(account_name) AS account_name FROM (
  SELECT facts->>'$."xdm.cloud.project_id"' AS account, facts->>'$."xdm.cloud.project"' AS account_name FROM (
    SELECT "xdm.issue.normalized_fields" AS facts FROM issues
    UNION ALL SELECT "xdm.finding.normalized_fields" FROM findings)
) WHERE account IS NOT NULL AND account_name IS NOT NULL GROUP BY account
"""
_ASSETS = """
CREATE TEMP VIEW a AS
WITH named AS (
  SELECT *, "xdm.asset.tags" AS t,
    coalesce(t->>'$.Environment', t->>'$.environment', t->>'$.Env', t->>'$.env', t->>'$.Stage') AS stage
  FROM asset_inventory)
SELECT "xdm.asset.id" AS id, "xdm.asset.strong_id" AS strong_id, "xdm.asset.name" AS name,
  upper("xdm.asset.provider") AS provider, "xdm.asset.realm" AS account, account_name,
  "xdm.asset.cloud.region" AS region, "xdm.asset.type.class" AS class, "xdm.asset.type.category" AS category,
  "xdm.asset.type.id" AS type, "xdm.asset.type.name" AS type_name, t AS tags,
  CASE WHEN lower(stage) IN ('production', 'prod', 'prd', 'prodution') THEN 'production'
    WHEN lower(stage) IN ('dev', 'development', 'devel') THEN 'dev'
    WHEN lower(stage) IN ('staging', 'stage', 'stg', 'preprod') THEN 'staging'
    WHEN lower(stage) IN ('test', 'qa', 'tst') THEN 'test' ELSE stage END AS env,
  CASE WHEN t->>'$.Stage' IS NULL THEN env END AS env_own,
  t->>'$.Environment' AS env_tag, t->>'$.Owner' AS owner,
  coalesce(t->>'$.Owner', t->>'$.owner', t->>'$.Contact') AS contact,
  t->>'$.Team' AS team, t->>'$.Application' AS app, t->>'$.Criticality' AS tier,
  upper(coalesce(t->>'$.DataClass', t->>'$."data-class"', t->>'$.DataClassification')) AS dataclass,
  "xdm.asset.raw_fields"->'$."Platform Discovery"' AS cfg, "xdm.asset.normalized_fields" AS facts,
  coalesce("xdm.asset.group_ids", []) AS groups,
  "xdm.asset.first_observed" AS first_seen, "xdm.asset.last_observed" AS last_seen,
  "xdm.host.os_distribution" AS os, "xdm.host.state" AS host_state,
  "xdm.kubernetes.resource.namespace" AS namespace
FROM named LEFT JOIN account_names ON account = "xdm.asset.realm"
"""
_AWS = (
    """
CREATE TEMP VIEW ec2 AS
SELECT *, cfg->>'$.State.Name' AS state, cfg->>'$.MetadataOptions.HttpTokens' AS tokens,
  coalesce(cfg->>'$.PublicIpAddress', '') AS public_ip,
  coalesce(json_type(cfg->'$.InstanceInformation') = 'OBJECT', false) AS ssm,
  cfg->>'$.Monitoring.State' AS monitoring, cfg->>'$.InstanceType' AS size
FROM a WHERE type = 'EC2_INSTANCE'
""",
    """
CREATE TEMP VIEW s3 AS
SELECT *, coalesce(cfg->>'$.Versioning.Status' = 'Enabled', false) AS versioning,
  coalesce(json_type(cfg->'$.LoggingEnabled') = 'OBJECT', false) AS logging,
  coalesce(cfg->>'$.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm', '')
    AS encryption,
  coalesce(contains(cfg->>'$.Policy', 'aws:SecureTransport'), false) AS tls,
  cfg->'$.PublicAccessBlockConfiguration' AS block,
  block IS NOT NULL AND NOT contains(CAST(block AS VARCHAR), 'false') AS blocked
FROM a WHERE type = 'S3_BUCKET'
""",
    """
CREATE TEMP VIEW rds AS
SELECT *, cfg->>'$.Engine' AS engine, cfg->>'$.PubliclyAccessible' = 'true' AS public,
  cfg->>'$.StorageEncrypted' = 'true' AS encrypted, CAST(cfg->>'$.BackupRetentionPeriod' AS INT) AS backup_days,
  cfg->>'$.DeletionProtection' = 'true' AS protected, cfg->>'$.MultiAZ' = 'true' AS multi_az
FROM a WHERE type = 'RDS_DATABASE_INSTANCE'
""",
    """
CREATE TEMP VIEW iam AS
WITH users AS (
  SELECT *, coalesce(json_type(cfg->'$.LoginProfile') = 'OBJECT', false) AS console,
    coalesce(json_array_length(cfg->'$.MFADevices'), 0) AS mfa,
    (SELECT min(k->>'$.CreateDate') FROM unnest(CAST(cfg->'$.AccessKeys' AS JSON[])) AS keys(k)
      WHERE k->>'$.Status' = 'Active') AS oldest_active,
    (SELECT min(k->>'$.CreateDate') FROM unnest(CAST(cfg->'$.AccessKeys' AS JSON[])) AS keys(k)) AS oldest
  FROM a WHERE type = 'AWS_IAM_USER')
SELECT * EXCLUDE (oldest_active, oldest),
  coalesce(date_diff('second', CAST(oldest_active AS TIMESTAMP), utc_now()) / 86400.0, 0) AS key_days,
  coalesce(date_diff('second', CAST(oldest AS TIMESTAMP), utc_now()) / 86400.0, 0) AS any_key_days
FROM users
""",
    """
CREATE TEMP VIEW vol AS
SELECT *, cfg->>'$.Encrypted' = 'true' AS encrypted, CAST(cfg->>'$.Size' AS INT) AS gigabytes
FROM a WHERE type = 'EC2_VOLUME'
""",
    """
CREATE TEMP VIEW fn AS
SELECT *, cfg->>'$.Configuration.Runtime' AS runtime, cfg->>'$.FunctionUrlConfig.AuthType' AS url_auth
FROM a WHERE type = 'LAMBDA_FUNCTION'
""",
    """
CREATE TEMP VIEW kms AS
SELECT *, cfg->>'$.KeyRotationEnabled' = 'true' AS rotation FROM a WHERE type = 'KMS_KEY'
""",
    """
CREATE TEMP VIEW sg AS
SELECT * EXCLUDE (one), json_array_length(cfg->'$.IpPermissions') AS rules, one->>'$.IpProtocol' AS proto,
  CAST(one->>'$.FromPort' AS INT) AS from_port, CAST(one->>'$.ToPort' AS INT) AS to_port,
  one->>'$.IpRanges[*].CidrIp' AS cidrs
FROM (SELECT *, unnest(CAST(cfg->'$.IpPermissions' AS JSON[])) AS one FROM a WHERE type = 'EC2_SECURITY_GROUP')
""",
)
_ISSUES = """
CREATE TEMP VIEW i AS
SELECT CAST("xdm.issue.id" AS VARCHAR) AS id, "xdm.issue.external_id" AS external_id, "xdm.issue.name" AS name,
  upper("xdm.issue.severity") AS severity, "xdm.issue.status.progress" AS status,
  lower(coalesce("xdm.issue.status.progress", '')) NOT LIKE 'resolved%' AS open,
  "xdm.issue.category" AS category, "xdm.issue.domain" AS domain, "xdm.issue.detection.rule_id" AS rule,
  "xdm.issue.type" AS type, "xdm.issue.detection.method" AS method, "xdm.issue.assigned_to" AS assigned,
  upper("xdm.issue.normalized_fields"->>'$."xdm.cloud.provider"') AS provider,
  "xdm.issue.normalized_fields"->>'$."xdm.cloud.project_id"' AS account,
  "xdm.issue.normalized_fields"->>'$."xdm.cloud.project"' AS account_name,
  "xdm.issue.normalized_fields"->>'$."xdm.cloud.region"' AS region,
  "xdm.issue.normalized_fields"->>'$."xdm.finding.service"' AS service,
  _insert_time AS first_seen, _time AS observed, "xdm.issue.last_modified" AS modified,
  "xdm.issue.resolution_time" AS resolved_at, "xdm.issue.normalized_fields" AS facts
FROM issues
"""
_LINKED = """
CREATE TEMP VIEW ai AS
SELECT a.*, i.id AS issue_id, i.external_id, i.name AS issue_name, i.severity, i.open,
  i.category AS issue_category, i.rule, i.first_seen AS issue_first_seen
FROM issue_to_asset JOIN a ON a.id = "xdm.asset.id" JOIN i ON i.id = CAST("xdm.issue.id" AS VARCHAR)
"""
_FINDINGS = """
CREATE TEMP VIEW f AS
SELECT "xdm.finding.id" AS id, "xdm.finding.name" AS name, "xdm.finding.category" AS category,
  "xdm.finding.type_id" AS rule, "xdm.finding.asset_id" AS asset_id, "xdm.finding.asset_name" AS asset_name,
  "xdm.finding.normalized_fields"->>'$."xdm.finding.status"' AS status,
  upper("xdm.finding.normalized_fields"->>'$."xdm.finding.severity"') AS severity,
  "xdm.finding.owner" AS owner, _time AS observed, "xdm.finding.normalized_fields" AS facts
FROM findings
"""
_VULNERABILITIES = """
CREATE TEMP VIEW v AS
SELECT *, facts->>'$."xdm.vulnerability.cve_id"' AS cve,
  CAST(facts->>'$."xdm.vulnerability.cvss_score"' AS DOUBLE) AS cvss,
  facts->>'$."xdm.vulnerability.has_a_fix"' = 'true' AS fixable,
  facts->>'$."xdm.vulnerability.cisa_kev"' = 'true' AS kev,
  facts->>'$."xdm.software_package.name"' AS package, facts->>'$."xdm.software_package.version"' AS version
FROM f WHERE upper(category) = 'VULNERABILITY'
"""
PREPARE: tuple[str, ...] = (
    "SET TimeZone = 'UTC'",
    "CREATE TEMP MACRO utc_now() AS (now() AT TIME ZONE 'UTC')",
    "CREATE TEMP MACRO days_ago(n) AS (now() AT TIME ZONE 'UTC') - to_days(CAST(n AS INT))",
    _ACCOUNT_NAMES,
    _ASSETS,
    *_AWS,
    _ISSUES,
    _LINKED,
    _FINDINGS,
    _VULNERABILITIES,
)
"""Statements that make the names on a connection to a store."""
