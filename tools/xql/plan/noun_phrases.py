"""Rows of a dataset as a noun phrase: `open critical issues on EC2 instances in account 111`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tools.xql.plan import model
from tools.xql.plan.clauses import Words, told
from tools.xql.plan.vocabulary import HAPPENED, article, noun, plural, several, short, shown

_TYPES: Final[dict[str, str]] = {
    "ec2_instance": "EC2 instance",
    "s3_bucket": "S3 bucket",
    "ec2_security_group": "security group",
    "ec2_vpc": "VPC",
    "ec2_vpc_endpoint": "VPC endpoint",
    "ec2_network_interface": "network interface",
    "aws_iam_role": "IAM role",
    "lambda_function": "Lambda function",
    "rds_database_instance": "RDS database",
    "amazon_dynamodb_table": "DynamoDB table",
    "azure_virtual_machine": "Azure virtual machine",
    "azure_sql_server": "Azure SQL server",
    "azure_storage_account": "Azure storage account",
    "azure_cosmos_db": "Cosmos database",
    "google_compute_engine_vm_instance": "Google Compute Engine instance",
    "google_cloud_storage_bucket": "Cloud Storage bucket",
    "google_cloud_function": "Cloud Function",
    "google_cloud_sql_db_instance": "Cloud SQL instance",
    "google_bigquery_dataset": "BigQuery dataset",
    "container_image": "container image",
}
_KINDS: Final = ("xdm.asset.type.id", "xdm.asset.type.name", "xdm.asset.type.category")
_PLACES: Final = {
    "xdm.asset.realm": "in account {}",
    "xdm.asset.cloud.region": "in region {}",
    "region": "in region {}",
    "project": "in project {}",
    "xdm.kubernetes.resource.namespace": "in namespace {}",
    "operation_name": "of the operation {}",
    "identity_name": "by {}",
}
_SEVERITY: Final = ("xdm.issue.severity", "severity")
_STATUS: Final = ("xdm.issue.status.progress", "xdm.case.status_progress", "status")
_CATEGORY: Final = ("xdm.issue.category", "xdm.finding.category", "xdm.issue.domain")
_ADJECTIVES: Final = frozenset({"starred", "excluded", "deleted"})
_DONE: Final = frozenset({"resolved"})
_ACRONYMS: Final = frozenset({"VM", "AI", "EC2", "S3", "IAM", "RDS", "SQL", "MySQL", "VPC", "KMS", "ECS"})
_ON_ASSETS: Final = frozenset({"issues", "issues_with_sbac", "findings", "uvm_findings", "cwp_packages_raw"})
_LINKS: Final = frozenset({"issue_to_asset", "case_to_issue"})


@dataclass(slots=True)
class Phrase:
    """Parts of a noun phrase, in the order in which they are said."""

    before: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    having: list[str] = field(default_factory=list)
    where: list[tuple[str, bool]] = field(default_factory=list)


def things(words: Words, where: model.Condition | None, *, many: bool = True, extra: str = "") -> str:
    """The rows that satisfy a condition, as a noun phrase in the singular or plural."""
    phrase = Phrase()
    for part in told(_conjuncts(where)):
        _put(phrase, part, words)
    heads = [plural(head) for head in phrase.head] if many else phrase.head
    head = several(heads, "or") or noun(words.dataset, many=many)
    parts = [*phrase.before, head, *phrase.after, *([extra] if extra else [])]
    text = " ".join(parts)
    if phrase.where:
        alone = len(phrase.where) == 1
        told_where = [f"({said})" if mixed and not alone else said for said, mixed in phrase.where]
        text += " where " + " and ".join(told_where)
    if phrase.having:
        text += ", " if phrase.where else " "
        text += " and ".join(f"that {_number(said, many)}" for said in phrase.having)
    return text


def related(item: model.Related, dataset: str) -> str:
    """`have an open critical issue`, `have no finding`, `are on an EC2 instance`."""
    other, where = item.dataset.lower(), item.where
    inner = _through(item)
    if inner is not None:
        other, where = inner.dataset.lower(), inner.where
        item = inner.model_copy(update={"absent": item.absent != inner.absent}) if item.absent else inner
    words = Words(other, item.compute)
    if item.expand:
        things_there = article(f"item of {several([words.column(name) for name in item.expand])}")
        tail = f" where {words.condition(where)}" if where is not None else ""
        said = "no " + things_there.split(" ", 1)[1] if item.absent else things_there
        return f"have {said}{tail}"
    verb = "are on" if dataset.lower() in _ON_ASSETS and other == "asset_inventory" else "have"
    if item.at_least > 1:
        count = f"fewer than {item.at_least}" if item.absent else f"at least {item.at_least}"
        return f"{verb} {count} {things(words, where)}"
    if item.absent:
        return f"{verb} no {things(words, where)}"
    return f"{verb} {article(things(words, where, many=False))}"


def _through(item: model.Related) -> model.Related | None:
    """What a table of links leads to, where that is all that is asked of it."""
    if item.dataset.lower() in _LINKS and isinstance(item.where, model.Related) and item.at_least == 1:
        return item.where if not (item.absent and item.where.absent) else None
    return None


def _put(phrase: Phrase, part: model.Condition, words: Words) -> None:
    if isinstance(part, model.Related):
        said = related(part, words.dataset)
        if said.startswith("are on "):
            phrase.after.append(said.removeprefix("are "))
        else:
            phrase.having.append(said)
        return
    if isinstance(part, model.Test) and part.other is None and _placed(phrase, part, words):
        return
    text = words.condition(part)
    if isinstance(part, model.Test) and (words.subject(part) in HAPPENED or text.startswith("recorded ")):
        phrase.after.append(text)
        return
    phrase.where.append((text, isinstance(part, model.AnyOf) and " or " in text))


def _placed(phrase: Phrase, test: model.Test, words: Words) -> bool:
    """Whether the test is said as part of the noun phrase."""
    values = test.values if test.op in ("in", "not_in") else (test.value,)
    texts = [value for value in values if isinstance(value, str) and "*" not in value]
    if test.tag is not None and test.op in ("eq", "in") and len(texts) == len(values):
        phrase.after.append(f"tagged {shown(test.tag)} = {several([shown(text) for text in texts], 'or')}")
        return True
    if test.tag is not None and test.op in ("is_empty", "is_null", "not_empty", "not_null"):
        word = "without" if test.op.startswith("is_") else "with"
        phrase.after.append(f"{word} a tag {shown(test.tag)}")
        return True
    name = (test.field or "").lower()
    if name in words.made or not name:
        return False
    if words.column(name) in _ADJECTIVES and test.op in ("eq", "ne") and isinstance(test.value, bool):
        wanted = test.value == (test.op == "eq")
        phrase.before.append(f"{'' if wanted else 'not '}{words.column(name)}")
        return True
    if name in _STATUS and test.op in ("ne", "not_in") and {t.lower() for t in texts} == _DONE:
        phrase.before.insert(0, "open")
        return True
    if test.op not in ("eq", "in") or not texts or len(texts) != len(values):
        return False
    if name in _SEVERITY:
        phrase.before.append(_severity([text.lower() for text in dict.fromkeys(texts)]))
    elif name in _STATUS and {text.lower() for text in texts} == _DONE:
        phrase.before.insert(0, "resolved")
    elif name in _CATEGORY:
        phrase.before.append(several([text.lower() for text in dict.fromkeys(texts)], "or"))
    elif name in _KINDS and not phrase.head:
        phrase.head += [_kind(text) for text in dict.fromkeys(texts)]
    elif name == "xdm.asset.type.class" and not any(" class " in text for text in phrase.after):
        phrase.after.append(f"of class {several([shown(text) for text in texts], 'or')}")
    elif name in ("xdm.asset.provider", "cloud_provider"):
        phrase.before.append(several(list(dict.fromkeys(map(_provider, texts))), "or"))
    elif name in _PLACES:
        phrase.after.append(_PLACES[name].format(several([shown(text) for text in texts], "or")))
    elif name in ("xdm.asset.name", "endpoint_name", "file_name"):
        phrase.after.append(f"named {several([shown(text) for text in texts], 'or')}")
    else:
        return False
    return True


def _severity(texts: list[str]) -> str:
    return several(texts, "or") if len(texts) > 1 or texts == ["critical"] else f"{texts[0]}-severity"


def _provider(text: str) -> str:
    return {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}.get(text.lower(), text)


def _kind(text: str) -> str:
    known = _TYPES.get(text.lower())
    if known is not None:
        return known
    words = text.replace("_", " ").split()
    if text.isupper():
        words = [word if word in _ACRONYMS else word.lower() for word in words]
    else:
        words = [word if word in _ACRONYMS or not word.istitle() else word.lower() for word in words]
    return " ".join(words) or text


def _number(text: str, many: bool) -> str:
    """A verb phrase in the singular where one thing is spoken of."""
    if many:
        return text
    return (
        "is" + text[3:] if text.startswith("are ") else "has" + text[4:] if text.startswith("have ") else text
    )


def _conjuncts(where: model.Condition | None) -> list[model.Condition]:
    if where is None:
        return []
    if isinstance(where, model.All):
        return [part for item in where.all for part in _conjuncts(item)]
    return [where]


__all__ = ["Phrase", "related", "short", "things"]
