"""The words of posture questions: what each points at. Data only; `understand` gives it grammar."""

from __future__ import annotations

# noun -> (asset categories, asset type ids, plural label): `xdm.asset.type.category` and `.id` as Cortex has them.
NOUNS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "bucket": (("Storage Bucket",), (), "storage buckets"),
    "instance": (("VM Instance", "Virtual Machine"), (), "machines"),
    "security_group": (("Security Group",), (), "security groups"),
    "user": ((), ("AWS_IAM_USER", "AZURE_ACTIVE_DIRECTORY_USER"), "IAM users"),
    "role": (("IAM Role",), (), "IAM roles"),
    "policy": (("IAM Policy",), (), "IAM policies"),
    "group": ((), ("AWS_IAM_GROUP", "AZURE_ACTIVE_DIRECTORY_GROUP"), "IAM groups"),
    "database": (("Database", "Database Instance"), (), "databases"),
    "function": (("Serverless Function",), (), "serverless functions"),
    "volume": (("Disk",), (), "volumes"),
    "snapshot": (("Snapshot",), (), "snapshots"),
    "key": (("Key Management", "Key Vault"), (), "keys"),
    "cluster": (("Kubernetes Cluster", "Container Cluster"), (), "clusters"),
    "queue": (("Queue",), (), "queues"),
    "topic": ((), ("SNS_TOPIC", "GOOGLE_PUBSUB_TOPIC"), "topics"),
    "load_balancer": (("Load Balancer",), (), "load balancers"),
    "repository": (
        (),
        ("ECR_REPOSITORY", "AZURE_CONTAINER_REGISTRY", "GOOGLE_ARTIFACT_REPOSITORY"),
        "image repositories",
    ),
    "trail": ((), ("CLOUDTRAIL_TRAIL",), "trails"),
    "vpc": (("VPC",), (), "networks"),
    "subnet": (("Subnet",), (), "subnets"),
    "network_acl": ((), ("EC2_NETWORK_ACL",), "network ACLs"),
    "secret": (("Secret",), (), "secrets"),
    "account": (("Account",), (), "accounts"),
    "api": (("API Gateway",), (), "APIs"),
    "file_system": (("File System",), (), "file systems"),
    "distribution": (("CDN",), (), "distributions"),
}

# phrase -> noun; a phrase may be a regular expression over lower-case words.
NOUN_PHRASES: tuple[tuple[str, str], ...] = (
    (r"(?:s3 |gcs |storage |blob )?buckets?|storage accounts?|object stor(?:es?|age)", "bucket"),
    (r"s3", "bucket"),
    (
        r"(?:ec2 |vm |compute |virtual )?(?:instances?|machines?|servers?|hosts?)|vms?|ec2s?|compute",
        "instance",
    ),
    (r"security groups?|sgs?|nsgs?|firewall groups?", "security_group"),
    (
        r"(?:iam |human |console |aws )?(?:users?|logins?|people|persons?|identities)|accounts? holders?|who(?= (?:has|have|lacks?|doesn't|does not|is|are|can|uses?|signs?|logs?)\b)",
        "user",
    ),
    (r"(?:iam )?roles?", "role"),
    (r"(?:iam |customer |managed |custom |aws )*polic(?:y|ies)", "policy"),
    (
        r"(?:rds |sql |postgres(?:ql)? |mysql |dynamo ?db )?databases?(?: instances?)?|dbs?|rds(?: instances?)?|redshift(?: clusters?)?|data ?warehouses?|datastores?|dynamo ?db(?: tables?)?",
        "database",
    ),
    (r"(?:lambda |serverless |cloud )?functions?|lambdas?", "function"),
    (r"(?:ebs )?volumes?|disks?", "volume"),
    (r"(?:ebs |rds |db |disk )?snapshots?", "snapshot"),
    (r"(?:kms |encryption |customer managed |(?<!access )(?<!api ))keys?|kms|cmks?", "key"),
    (r"(?:eks |k8s |kubernetes |gke |aks )?clusters?|eks", "cluster"),
    (r"(?:sqs |message )?queues?|sqs", "queue"),
    (r"(?:sns )?topics?|sns", "topic"),
    (r"load balancers?|elbs?|albs?", "load_balancer"),
    (
        r"(?:ecr |image |docker |container )*(?:repositor(?:y|ies)|repos?|registr(?:y|ies))|ecr",
        "repository",
    ),
    (r"(?:cloud ?trail )?trails?|cloud ?trails?", "trail"),
    (r"vpcs?|virtual private clouds?", "vpc"),
    (r"subnets?", "subnet"),
    (r"network acls?|nacls?|acls? of the network", "network_acl"),
    (r"secrets?(?: manager(?: secrets?)?)?", "secret"),
    (r"(?:api gateways?|rest apis?|apis?)", "api"),
    (r"(?:efs )?file ?systems?|efs", "file_system"),
    (r"(?:cloudfront )?distributions?(?! (?:of|by|per|over|across))|cloudfront|cdns?", "distribution"),
)

# Services whose name people use for the kind of resource as well.
SERVICE_NOUNS = {
    "s3": "bucket",
    "ec2": "instance",
    "rds": "database",
    "redshift": "database",
    "kms": "key",
    "eks": "cluster",
    "sqs": "queue",
    "sns": "topic",
    "ecr": "repository",
    "efs": "file_system",
    "awslambda": "function",
    "cloudfront": "distribution",
    "cloudtrail": "trail",
    "elbv2": "load_balancer",
    "secretsmanager": "secret",
    "apigateway": "api",
    "vpc": "vpc",
}

COMMON_SERVICES = frozenset(
    {"account", "accounts", "config", "backup", "logs", "events", "network", "compute", "storage"}
)
"""Names of services that are ordinary words: they count only beside the word "service"."""

FINDING_WORDS = (
    r"findings?|issues?|misconfigurations?|alerts?|problems?|failures?|failed(?: checks?)?|failing(?: checks?)?|violations?|"
    r"weakness(?:es)?|vulnerabilit(?:y|ies)|flaws?|defects?|wrong|broken|insecure|risks?|checks?|tickets?"
)

SEVERITIES: tuple[tuple[str, str], ...] = (
    (r"critical(?:s|ly)?|sev(?:erity)? ?1|p1", "CRITICAL"),
    (r"highs?(?:[ -]severity)?(?! priority| risk)", "HIGH"),
    (r"mediums?|moderate", "MEDIUM"),
    (r"lows?(?:[ -]severity)?", "LOW"),
    (r"informational|info", "INFO"),
)

ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "production": ("production", "prod", "prd", "live"),
    "development": ("development", "dev", "develop"),
    "staging": ("staging", "stage", "stg", "preprod", "uat"),
    "test": ("test", "testing", "tst", "qa", "sandbox"),
}
ENVIRONMENT_KEYS = ("Environment", "environment", "env", "Env", "stage", "Stage")

DATA_CLASSES: dict[str, tuple[str, ...]] = {
    "PII": ("pii", "personal data", "personally identifiable", "personal information", "customer data"),
    "PCI": ("pci", "cardholder", "card data", "card holder", "payment card"),
    "PHI": ("phi", "health data", "patient", "health records", "medical"),
}
DATA_CLASS_KEYS = (
    "DataClass",
    "dataclass",
    "data_class",
    "data-class",
    "DataClassification",
    "classification",
)

GROUPS: tuple[tuple[str, str], ...] = (
    (r"services?", "service"),
    (r"(?:cloud )?accounts?|subscriptions?|projects?", "account"),
    (r"regions?|locations?", "region"),
    (r"severit(?:y|ies)", "severity"),
    (r"(?:cloud )?providers?|clouds?|vendors?", "provider"),
    (r"(?:resource |asset )?(?:types?|kinds?)|(?:types?|kinds?) of (?:resource|asset|thing)s?", "type"),
    (r"resources?|assets?", "resource"),
    (r"rules?|checks?|detections?", "rule"),
    (r"status(?:es)?", "progress"),
    (r"buckets?|instances?|users?|databases?", "resource"),
)

PROVIDERS: dict[str, str] = {
    "aws": "AWS",
    "amazon": "AWS",
    "azure": "AZURE",
    "gcp": "GCP",
    "google cloud": "GCP",
    "kubernetes": "KUBERNETES",
    "k8s": "KUBERNETES",
}

FRAMEWORKS: tuple[tuple[str, str], ...] = (
    (r"hipaa(?: security rule)?|45 ?cfr ?164", "hipaa"),
    (r"(?:nist )?csf(?: ?2(?:\.0)?)?|cybersecurity framework", "nist_csf_2.0"),
    (r"(?:nist )?(?:sp )?800-?53(?: ?r(?:ev)?\.? ?5)?", "nist_800_53_r5"),
    (r"pci(?:[ -]dss)(?: ?(?:v|version )?4(?:\.0(?:\.1)?)?)?", "pci_dss_4.0.1"),
)
FRAMEWORK_TITLES = {
    "hipaa": "HIPAA Security Rule",
    "nist_csf_2.0": "NIST CSF 2.0",
    "nist_800_53_r5": "NIST 800-53 r5",
    "pci_dss_4.0.1": "PCI DSS 4.0.1",
}

NUMBER_WORDS = {
    w: n
    for n, w in enumerate(
        (
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        )
    )
} | {"fifteen": 15, "twenty": 20, "fifty": 50, "hundred": 100, "a dozen": 12}
ORDINALS = {
    "first": 1,
    "top one": 1,
    "top finding": 1,
    "worst": 1,
    "highest": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "last": -1,
}

# Words that carry no content of their own; what is left of a question beyond them must be understood.
STOP = frozenset(
    """a about all also am an and any are as at be been being but by can cloud could currently data did do does doing
    each else environment estate every everything exactly exist exists for from get give got had has have having here
    hey how i if in into is it its just kindly let list look me more most my need needs now of on one ones only open or
    our out over please posture present resource resources asset assets right see set show some still tell than thanks
    that the their them then there these they thing things this those to today too under up us use used want was we
    were what when where which while who whose why will with within would you your find display return fetch there's
    what's who's i'd like us ours anything something currently actually really exactly configured setup tenant
    inside across them's enabled turned many count number total tally amount draft fix fixes gap report reports add comment note raise
    lower severity change changed changes since write why explain ranked rank score scored first yes approve no not run
    query questions question answer reason reasons high-level please's doing going-on gives say says make sure needed
    much there're kind sort order group per did didn't haven't without lack lacks lacking missing
    matter matters urgent dangerous important risk risks risky priority priorities queue prioritise prioritize start begin
    worry tackle address attacker attackers biggest gravest scariest pressing threats threat exposures deal work act
    region regions severity should must shall ought everybody everyone nobody anybody anyone whole entire including include includes regarding concerning outside inside please also too
    real average course general fact detail details short sure moment least once total
    fail fails often trigger triggers
    distribution don't doesn't isn't aren't wasn't weren't can't cannot won't haven't hasn't
    store stores storing sign signs login keep stranger
    whom account accounts subscription subscriptions project projects contain contains atm asap fyi btw
    belong belongs own owns owned activated kindly maybe perhaps possible possibly able says next previous already yet still ever even
    called named looking look find found identify got getting new worried care happen happened happening going keep keeps
    let's dear team guys folks hi hello thanks thank cheers ok okay well so just really very quite pretty rather
    stored abused misused grant grants granting
    safeguard safeguards control controls requirement requirements cover covers covering assessed assess""".split()
)
