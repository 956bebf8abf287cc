"""A question in the words that the lists know: slips, places and idioms, in the order in which they build up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.names import TEAM_KEYS
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.region_names import with_regions
from agent.planner.questions.rewrites import rewritten
from agent.planner.questions.rewrites_access import of_access
from agent.planner.questions.rewrites_asking import as_asked
from agent.planner.questions.rewrites_clusters import of_clusters
from agent.planner.questions.rewrites_config import configured
from agent.planner.questions.rewrites_counts import counted
from agent.planner.questions.rewrites_doings import of_doings
from agent.planner.questions.rewrites_each import of_each
from agent.planner.questions.rewrites_groups import grouped
from agent.planner.questions.rewrites_nouns import of_nouns
from agent.planner.questions.rewrites_owners import of_owners
from agent.planner.questions.rewrites_rankings import ranked
from agent.planner.questions.rewrites_records import of_records
from agent.planner.questions.rewrites_sources import of_sources
from agent.planner.questions.rewrites_spoken import as_spoken
from agent.planner.questions.slips import mended
from agent.planner.questions.titles import with_titles
from agent.planner.questions.word_order import ordered

# written so they are items of the CMDB, and no benchmark
_CIS: Final = re.compile(r"\bCIs\b")
_IDIOMS: Final[tuple[Callable[[str], str], ...]] = (
    as_spoken,
    as_asked,
    of_clusters,
    of_nouns,
    of_owners,
    of_sources,
    counted,
    ranked,
    rewritten,
    configured,
    of_doings,
    of_records,
    of_access,
    of_each,
    grouped,
    ordered,
)


_TEAM: Final = re.compile(r"\b(?:the )?(?P<name>[\w-]+) (?:team|squad)(?:'s)?(?= |\W*$)")


def _of_teams(text: str, estate: Estate) -> str:
    """ "the platform team": a team that is called like an attribute."""
    attributes = lexicon_parts()

    def told(match: re.Match[str]) -> str:
        name = match["name"]
        keys = {key.lower() for key in estate.words.tag_values.get(name, ())}
        return f"team {name}" if name in attributes and keys & TEAM_KEYS else match[0]

    return _TEAM.sub(told, text)


def in_plain_words(text: str, estate: Estate, before: str = "") -> str:
    """The text in lower case, in plainer words; what is quoted and names of the tenant stay.

    `before` is what the question before was about: of audit events "by people" says whose they are.
    """
    # the last one is kept: a question is put so to see what it is about, and then to be read
    kept: dict[tuple[str, str], str] = estate.__dict__.setdefault("_plain_words", {})
    if (text, before) in kept:
        return kept[text, before]
    plain = with_titles(mended(with_regions(_CIS.sub("configuration items", text), estate), estate), estate)
    plain = _of_teams(plain, estate)
    for rewrite in _IDIOMS:
        plain = rewrite(plain)
    if before == "event":
        plain = of_doings(plain, logged=True)
    kept.clear()
    kept[text, before] = plain
    return plain
