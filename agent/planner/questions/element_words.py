"""Patterns of questions about items of arrays."""

# ruff: noqa: E501 (patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Any, Final

OFTEN: Final = re.compile(
    r"\b(?:how (?:often|frequently|common|many times)|(?:most|least) (?:common(?:ly)?|used|frequent(?:ly)?|often|popular|widespread)(?: used)?|frequency|distribution|breakdown|break down|histogram|tally)\b(?: of\b)?"
)
RULE_FORM: Final = re.compile(
    r"\b(?:custom|cspm|detection|posture)\s+(?:\w+\s+)?rules?\b|\brule (?:query|form)\b"
)
# a list of what is to be shown of each item, to the end or to what is asked of it besides
COLUMNS: Final = re.compile(
    r"(?:\s*:\s*|,?\s+(?:with|showing|show|including|incl\.?|along with|together with|plus)\s+)(?P<list>[\w ,+&-]+?)(?=\s*\W*$|\s+and\s+whether\b)"
)
LINK_WORDS: Final = re.compile(r"\b(?:the|its|their|his|her|also|too|with|a|an|each|of|it|whether.*)\b")
# what every row of items shows of its asset
OWN_COLUMNS: Final = frozenset(
    {"user", "user name", "account", "region", "name", "asset", "asset name", "id", "arn", "resource"}
)
MADE: Final = re.compile(
    r"created(?: at| on)?|creation(?: date| time)?|create date|date created|(?:date|time) of creation|age"
)
# and what it shows of it where that is asked for
MORE_COLUMNS: Final = frozenset({"namespace", "cluster", "provider"})
COUNT: Final = re.compile(r"\b(?:how many|(?:the )?(?:total )?number of|count(?: of)?|amount of)\b")
DISTINCT: Final = re.compile(r"\b(?:different|distinct|unique)\b")
ROWS: Final = re.compile(
    r"\bone (?:(?:of them|\w+) )?(?:per|on each|in each) (?:line|row)\b|\b(?:one|a|1) (?:row|line|entry|record) (?:per|for (?:each|every)|each)(?: (?:pair|one|of them|rule|item|entry|listener|(?!with\b|incl|show|plus\b|and\b|of\b|in\b|for\b)\w+))?\b|\b(?:each|every one) on (?:its|their) own (?:line|row)\b|\bone (?:row|line) each\b|\bon (?:its|their) own (?:line|row)\b|\b(?:of|for) each\b\s*$"
)
WITHOUT: Final = re.compile(
    r"\b(?:without|with no|have no|has no|lacking|that lack|no|not have|not use|don't have|doesn't have|do not have|does not have|not having|having no|who have no|missing)(?: (?:any|an|a|single))*\s*$"
)
PER: Final = re.compile(
    r"\b(?:per|by|for each|for every|in each|of each|on each|each|every|grouped by|broken down by|across|split by|and)\s*(?:the |different |distinct )*$"
)
ASSET_PER: Final = re.compile(
    r"\b(?:per|by|for each|for every|in each|of each|on each|of every|each|every|does (?:each|every)|do)\s*(?:the |our |of the |of our )*(?:aws |azure |gcp |google |kubernetes )*$"
)
MEASURES: Final = re.compile(r"\b(?P<f>average|mean|avg|maximum|max|minimum|min|median|total)\b")
# words that only tie an item to its asset
TIES: Final = re.compile(
    r"\b(?:attached|assigned|bound|associated|configured|defined|granted|mounted|goes?|going|lead(?:s|ing)?|point(?:s|ing)?|used|uses?|using|holds?|hold|held|have|has|carry|carries|contain(?:s|ed)?|assume(?:d|s)?|trust(?:s|ed)?|allow(?:s|ed|ing)?|permit(?:s|ted|ting)?|lets?|granted|reach(?:es|ed)?|send(?:s|ing)?|sent|forward(?:s|ed|ing)?|rout(?:es|ed|ing)|direct(?:s|ed|ing)?|attach(?:es)?|"
    r"may|can|open(?:ed)?|exposed|accept(?:s|ed|ing)?|inbound|ingress|outbound|egress|in|to|from|on|of|by|per|for|with|at|each|every|together|him|it|them|its|their|what|which|that|who|is|are|be|do|does|there|and|or|whether|the|a|an|any|one|pair|row|line|value|values|list|show|me|give|exist(?:s|ing)?|set|named|called|via|into|as|how|many|number|count)\b"
)
FUNCTIONS: Final[dict[str, Any]] = {
    "average": "avg",
    "mean": "avg",
    "avg": "avg",
    "maximum": "max",
    "max": "max",
    "minimum": "min",
    "min": "min",
    "median": "median",
}
