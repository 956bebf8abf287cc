"""Is everything that an answer states in this conversation's tool results?

Checked are numbers, identifiers (resource ids, ARNs, CVEs, control ids, addresses, hashes, proposal ids), names
that look made by a machine, and whatever stands in code marks. Arithmetic that the sentence itself states
(`3 of 12 (25 %)`, `4 + 2 = 6`) is recomputed rather than looked up. What a sentence says in plain words is
not checked: that is the limit of this test, and the reason why answers cite.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AnyMessage, HumanMessage, ToolMessage

_CODE = re.compile(r"`([^`\n]+)`")
_NUMBER = re.compile(r"(?<![\w.\-/:#])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w])")
_IDENTIFIER = re.compile(
    r"""(?<![\w])(
      arn:[\w\-]+:[^\s`,;)|]+
    | CVE-\d{4}-\d{3,7}
    | \d{3}\.\d{3}(?:\([a-z0-9]+\))*
    | (?:[A-Z]{2}\.)?[A-Z]{2}-\d{1,2}(?:\(\d+\))?
    | \d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?
    | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
    | (?:i|sg|vpc|subnet|vol|snap|eni|acl|ami|igw|rtb|eipalloc|fs)-[0-9a-f]{6,17}
    | (?:AKIA|ASIA)[A-Z0-9]{12,20}
    | [\w.+\-]+@[\w\-]+\.[\w.\-]+
    | [0-9a-f]{24,64}
    | [pq]-[0-9a-f]{4,12}
    | [A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+){2,}
    | [A-Za-z0-9]+_[A-Za-z0-9_]+
    )(?![\w])""",
    re.VERBOSE,
)
_RATIO = re.compile(r"(\d[\d,]*)\s+of\s+(?:the\s+)?(\d[\d,]*)[^.\d]{0,40}?\(?(\d+(?:\.\d+)?)\s*%")
_SUM = re.compile(r"((?:\d[\d,]*(?:\.\d+)?\s*[+\-−]\s*)+\d[\d,]*(?:\.\d+)?)\s*=\s*(\d[\d,]*(?:\.\d+)?)")
# Whole numbers that only name a standard, never a fact of an estate.
_STANDARDS = re.compile(
    r"(?i)\bof 100\b|"
    r"\b(?:NIST\s+)?(?:SP\s+)?800-53(?:\s+r(?:ev\.?\s*)?5)?|\bCSF\s+2\.0|\bPCI\s+DSS\s+4\.0\.1|\bISO\s*27001|"
    r"\bSOC\s*2\b|\b45\s+CFR\b|\bMD5\b|\bSHA-?256\b|\bIPv[46]\b|\bS3\b|\bEC2\b|\bIMDSv[12]\b|\bTLS\s*1\.\d\b|\bOAuth\s*2(?:\.0)?"
)
_MOMENT = re.compile(r"\b(\d{4}-\d{2}-\d{2})(?:[ T,]+(\d{2}:\d{2})(?::\d{2})?)?")
_ORDINAL = re.compile(r"(?m)^\s*\d{1,3}[.)]\s")
_LEAD = re.compile(r"\s*(?:\d{1,3}[.)]|[-*+])\s+")
_WORDS_WITH_MARKS = frozenset(
    {"and/or", "up-to-date", "end-to-end", "day-to-day", "least-privilege", "server-side", "state-of-the-art"}
    | {
        "point-in-time",
        "man-in-the-middle",
        "denial-of-service",
        "read-only",
        "one-by-one",
        "24/7",
        "e.g",
        "i.e",
    }
)


@dataclass(frozen=True)
class Evidence:
    """What may be stated: the text of all results (lower case) and the numbers in them."""

    text: str
    numbers: frozenset[float]

    @classmethod
    def of(cls, messages: Sequence[AnyMessage]) -> Evidence:
        """The evidence of a conversation: its tool results, what can be counted in them, and what the person wrote."""
        parts: list[str] = []
        counts: set[float] = set()
        for message in messages:
            if isinstance(message, ToolMessage):
                parts.append(str(message.content))
                if message.artifact is not None:
                    parts.append(json.dumps(message.artifact, ensure_ascii=False, default=str))
                    counts |= _countable(message.artifact)
            elif isinstance(message, HumanMessage):
                parts.append(str(message.content))
        return cls.from_text("\n".join(parts), frozenset(counts))

    @classmethod
    def from_text(cls, text: str, counts: frozenset[float] = frozenset()) -> Evidence:
        # JSON text hides quotes and backslashes; both spellings count as seen.
        lowered = (text + "\n" + text.replace('\\"', '"').replace("\\\\", "\\")).lower()
        return cls(lowered, frozenset(_numbers(lowered)) | counts)

    def has(self, token: str) -> bool:
        return token.lower() in self.text

    def has_number(self, value: float) -> bool:
        if value in self.numbers:
            return True
        # A rounded figure of a longer one that is there: 93 for 92.8, 0.4 for 0.38.
        return any(round(n) == value or round(n, 1) == value for n in self.numbers if not n.is_integer())


@dataclass(frozen=True)
class Problem:
    """A statement without evidence, and the line of the answer that makes it."""

    token: str
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """`checked` statements were looked at; each of `problems` has no evidence."""

    checked: int
    problems: tuple[Problem, ...]

    def describe(self) -> str:
        return "\n".join(f"- {p.token!r} in: {p.sentence[:200]}" for p in self.problems[:20])


def check(answer: str, evidence: Evidence) -> Verdict:
    """Look at every statement of an answer."""
    checked = 0
    problems: list[Problem] = []
    for sentence in sentences(answer):
        text = _STANDARDS.sub(" ", _ORDINAL.sub(" ", sentence))
        text, sums, wrong = _arithmetic(text)
        checked += sums
        problems += [Problem(token, sentence) for token in wrong]
        for match in _CODE.finditer(text):
            checked += 1
            if not _quoted(match.group(1), evidence):
                problems.append(Problem(match.group(1), sentence))
        text = _CODE.sub(" ", text)
        for match in _MOMENT.finditer(text):
            checked += 1
            if not all(evidence.has(part) for part in match.groups() if part):
                problems.append(Problem(match.group(0), sentence))
        text = _MOMENT.sub(" ", text)
        for match in _IDENTIFIER.finditer(text):
            token = match.group(1).rstrip(".,:;")
            if token.lower() in _WORDS_WITH_MARKS or _plain_words(token):
                continue
            checked += 1
            if not evidence.has(token):
                problems.append(Problem(token, sentence))
        text = _IDENTIFIER.sub(" ", text)
        for value in _numbers(text):
            checked += 1
            if not evidence.has_number(value):
                problems.append(Problem(f"{value:g}", sentence))
    return Verdict(checked, tuple(problems))


def without(answer: str, verdict: Verdict) -> tuple[str, tuple[str, ...]]:
    """The answer without the sentences that have no evidence, and those sentences."""
    bad = list(dict.fromkeys(p.sentence for p in verdict.problems))
    for sentence in bad:
        answer = answer.replace(sentence, "")
    return re.sub(r"\n{3,}", "\n\n", answer), tuple(bad)


def sentences(answer: str) -> Iterable[str]:
    """Sentences, list items and table rows; a fenced block is one."""
    in_fence: list[str] | None = None
    for line in answer.splitlines():
        if line.strip().startswith("```"):
            if in_fence is None:
                in_fence = [line]
            else:
                yield "\n".join([*in_fence, line])
                in_fence = None
            continue
        if in_fence is not None:
            in_fence.append(line)
            continue
        if line.lstrip().startswith("|"):
            yield line
            continue
        lead = _LEAD.match(line)
        head = lead.group(0) if lead else ""
        parts = re.split(r"(?<=[.!?])\s+(?=[A-Z*`\d(])", line[len(head) :])
        parts[0] = head + parts[0]
        yield from (part for part in parts if part.strip())
    if in_fence is not None:
        yield "\n".join(in_fence)


def _countable(artifact: Any) -> set[float]:
    """Numbers that a reader gets by counting rows: how many there are, how many share a value of a column."""
    result = artifact.get("result", {}) if isinstance(artifact, dict) else {}
    rows = [r for r in result.get("rows", []) if isinstance(r, dict)]
    found: set[float] = {float(len(rows))}
    for column in {c for row in rows for c in row}:
        values = Counter(str(row.get(column)) for row in rows)
        found |= {float(n) for n in values.values()} | {float(len(values))}
        found |= {float(len(v)) for row in rows if isinstance(v := row.get(column), list)}
    return found


def _numbers(text: str) -> list[float]:
    return [float(m.group(1).replace(",", "") + (m.group(2) or "")) for m in _NUMBER.finditer(text)]


def _quoted(token: str, evidence: Evidence) -> bool:
    token = token.strip().strip("*")
    if token.endswith("…"):
        return evidence.has(token[:-1].rstrip())
    # Written-out escapes and swapped backticks are ours; the name without them is the evidence.
    if evidence.has(token) or evidence.has(token.replace("ˋ", "`")):
        return True
    plain = re.sub(r"\\u[0-9a-f]{4}", "", token)
    return plain != token and bool(plain.strip()) and evidence.has(plain)


def _plain_words(token: str) -> bool:
    """A hyphenated or slashed chain of ordinary words, such as `publicly-readable-by-anyone`."""
    return (
        "_" not in token
        and "." not in token
        and token.replace("-", "").replace("/", "").isalpha()
        and ("/" in token or len(token.split("-")) > 5)
    )


def _arithmetic(text: str) -> tuple[str, int, list[str]]:
    """Recompute the sums and shares a sentence states. Their terms are still looked up; results are not."""
    wrong: list[str] = []
    done = 0
    for match in list(_SUM.finditer(text)):
        done += 1
        terms = re.findall(r"([+\-−]?)\s*(\d[\d,]*(?:\.\d+)?)", match.group(1))
        total = sum((-1 if sign in {"-", "−"} else 1) * float(n.replace(",", "")) for sign, n in terms)
        if abs(total - float(match.group(2).replace(",", ""))) > 0.05:
            wrong.append(match.group(0))
        text = text.replace(match.group(0), match.group(1) + " ")
    for match in list(_RATIO.finditer(text)):
        done += 1
        part, whole = (float(match.group(i).replace(",", "")) for i in (1, 2))
        if not whole or abs(100 * part / whole - float(match.group(3))) > 1.0:
            wrong.append(match.group(0))
        text = text.replace(match.group(3) + match.group(0)[match.end(3) - match.start(0) :], " ")
    return text, done, wrong
