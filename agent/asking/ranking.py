"""Which texts are about a question: BM25 over stemmed words, the question widened by the field's synonyms.

Deterministic and offline; thousands of columns rank in a few milliseconds, which an embedding would not.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

# A piece with a digit is one word (s3, ec2, log4j); others are parted at inner capitals.
_WORD: Final = re.compile(
    r"(?=[^\W_]*[0-9])[^\W_]+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+",
)
_STOP: Final = frozenset(
    "a an the of in on at to for from by with and or is are was were be been do does did have has had it its this that "
    "these those which what who whom whose how many much show list give tell me us our we i you all any each per there "
    "their them they please can could would should will as than more most least last first".split()
)
_K1: Final = 1.2
_B: Final = 0.6
_SYNONYM_WEIGHT: Final = 0.7

# One group a line: words that people use for the same thing of a cloud estate.
_GROUPS: Final = """
bucket storage s3 blob container gcs
machine vm instance server host compute ec2 virtual workload
database db rds sql mysql postgres postgresql data
function lambda serverless
account subscription project realm tenant
region location zone
provider cloud aws azure gcp google amazon microsoft
tag label environment env
owner team responsible
severity critical high medium low serious
status state progress open resolved
vulnerability cve cvss patch exploit flaw
misconfiguration configuration setting config
public internet exposed exposure reachable outside
encryption encrypted kms key
identity user role iam permission access policy privilege principal
network security group firewall port ingress vpc subnet
kubernetes k8s cluster pod namespace
image container registry
finding result check evidence
issue alert problem
case incident
rule detection policy check
log audit event operation activity action call caller invoke
package software library version component
file data sensitive classification pattern dspm
endpoint agent laptop workstation
health connector scan coverage
count number total share percent
asset resource thing inventory
link relation related affected
without no not never missing lack absent none outside nobody
""".strip().splitlines()


def stem(word: str) -> str:
    """A word without the endings that change no meaning: `buckets` and `bucket` are one."""
    lowered = word.lower()
    for ending, keep in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if lowered.endswith(ending) and len(lowered) - len(ending) >= 3 and not lowered.endswith("ss"):
            cut = lowered[: -len(ending)] + keep
            # "databases" is "database", not "databas"
            return cut if ending != "es" or cut.endswith(("x", "z", "ch", "sh")) else cut + "e"
    return lowered


def words(text: str) -> list[str]:
    """The stemmed words of a text; dots, underscores and inner capitals part words."""
    return [stem(word) for word in _WORD.findall(text)]


def _synonyms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _GROUPS:
        group = {stem(word) for word in line.split()}
        for word in group:
            found.setdefault(word, set()).update(group - {word})
    return {word: frozenset(others) for word, others in found.items()}


_SYNONYMS: Final = _synonyms()


def asked(question: str) -> dict[str, float]:
    """The words of a question with their weight; synonyms count less, words that ask for nothing not at all."""
    weights: dict[str, float] = {}
    own = [w for w in words(question[:4_000]) if w not in _STOP and (len(w) > 1 or not w.isdigit())]
    for word in own:
        weights[word] = weights.get(word, 0.0) + 1.0
    for word in dict.fromkeys(own):
        for other in sorted(_SYNONYMS.get(word, ())):
            if other not in weights:
                weights[other] = _SYNONYM_WEIGHT
    return weights


class Ranking:
    """BM25 scores of a fixed set of documents, each a mapping of word to weight."""

    def __init__(self, documents: Sequence[Mapping[str, float]]) -> None:
        self._sizes = [sum(document.values()) for document in documents]
        self._average = (sum(self._sizes) / len(documents)) if documents else 1.0
        self._by_word: dict[str, list[tuple[int, float]]] = {}
        for number, document in enumerate(documents):
            for word, weight in document.items():
                self._by_word.setdefault(word, []).append((number, weight))
        self._count = len(documents)

    def scores(self, weights: Mapping[str, float]) -> list[float]:
        """One score for each document; 0 where no word is shared."""
        made = [0.0] * self._count
        for word, weight in weights.items():
            held = self._by_word.get(word)
            if not held:
                continue
            rare = math.log(1 + (self._count - len(held) + 0.5) / (len(held) + 0.5))
            for number, times in held:
                size = self._sizes[number] / (self._average or 1.0)
                made[number] += weight * rare * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * size))
        return made


def document(*fields: tuple[str | Iterable[str], float]) -> dict[str, float]:
    """A document of several texts, each with the weight of its words."""
    made: Counter[str] = Counter()
    for text, weight in fields:
        for part in [text] if isinstance(text, str) else text:
            for word in dict.fromkeys(words(part)):
                made[word] += weight  # type: ignore[assignment]
    return dict(made)
