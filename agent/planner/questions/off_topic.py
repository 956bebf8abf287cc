"""What is refused whatever its words mean here: orders to the agent itself, money, the future, advice and letters."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

# orders that would make something else of the agent, wherever they stand: in quotes, in a pasted ticket
_ORDERS: Final = re.compile(
    r"\b(?:(?:ignore|disregard|forget|override|bypass|circumvent|discard)\b[^.?!]{0,40}\b(?:(?:previous|prior|above|earlier|preceding|your|system|safety|original)\b[^.?!]{0,25}\b(?:instructions?|rules?|prompts?|guidelines?|directions?|guardrails?|restrictions?|orders?|limits?|policies|training)|(?:all|any|the) (?:of the )?(?:instructions|guidelines|guardrails|directions))\b|"
    r"you are (?:now|from now on)\b|from now on,? you\b|(?:pretend|imagine) (?:to be|that you|you(?:'re| are))\b|act as (?:if|though|an?|the|my)\b|role-?play|jailbreak|(?:developer|maintenance|god|admin|debug|unrestricted) mode\b(?=.*\b(?:you|print|reveal|show|disregard|ignore|enabled?|on)\b)|"
    r"(?:print|reveal|show|tell|give|output|dump|leak|repeat|disclose|send|display|expose|share|what(?:'s| is| are))\b[^.?!]{0,30}\b(?:your|system) (?:\w+ )?(?:prompt|instructions?|api key|keys?|credentials?|token|password|secrets?|configuration|rules)\b|"
    r"\b(?:api key|keys?|tokens?|credentials?|passwords?|secrets?)(?: that)? you (?:use|have|hold|log in with|authenticate with|connect with|were given)\b|"
    r"(?:print|reveal|output|dump|leak|disclose)\b[^.?!]{0,30}\b(?:api key|key id|credentials|password|bearer token)s?\b)",
    re.IGNORECASE,
)
# a cost centre is a tag, and billing may be an application
_MONEY: Final = re.compile(
    r"\b(?:how (?:much|many) (?:money|dollars?|euros?|usd|eur|\$|€)|how much (?:\w+ ){0,6}?(?:cost|costs|spend|spent|spending|pay|paid|paying|save|saved|charged?)\b|(?:did|do|have|has|are|is|will) (?:we|our|i|the \w+|\w+) (?:\w+ )?(?:spen[dt]|spending)\b|"
    r"(?:cloud|aws|azure|gcp|google|monthly|yearly|annual|total|our|the|last month's|this month's|running|storage|compute|biggest|highest) (?:(?:cloud|aws|azure|gcp|monthly|overall|total) )?(?:costs?|bills?|spend|spending|expenses?|invoices?)\b(?![ _-]?(?:cent(?:er|re)|allocation|tag|code|app\w*|team|account|project|service|database|function|namespace|bucket))|"
    r"costs? (?:of|per|by|us|for|last|this)\b|(?:most|least) expensive|cheapest|cost optimi[sz]\w+|save (?:us )?money|(?:what|how much) (?:does|do|did|would|will) .{1,60} cost\b)",
    re.IGNORECASE,
)
_TAG_OF_COST: Final = re.compile(r"\bcost[ _-]?(?:cent(?:er|re)|allocation|code)s?\b", re.IGNORECASE)
# what will be is in no list; what will expire or be due is
_FUTURE: Final = re.compile(
    r"^\W*(?:and |so |please |tell me |can you tell me |do you know )*(?:what|how (?:high|big|large|much)|who|where) will\b(?!.*\b(?:expire|due|end of|run out|lapse|stop|reach)\b)|^\W*(?:please )?(?:predict|forecast|foresee)\b",
    re.IGNORECASE,
)
_ADVICE: Final = re.compile(
    r"^\W*(?:please |kindly |can you |could you |would you |i need you to |we need you to )*advi[sc]e\b|\b(?:are|am|is|be|were) (?:we|i|the company|they|held)?\s*(?:legally )?(?:liable|sued|at fault)\b|\blegal (?:advice|opinion|position)\b|"
    r"\b(?:draft|compose|author|write|prepare|word) (?:me |us |up )?(?:an? |the |some )(?:\w+ ){0,2}?(?:letter|e-?mail|mail|memo|statement|press release|contract|speech|tweet|post|essay|poem|story|slides?|presentation|announcement|apology)\b|\btranslate\b.{0,40}\b(?:to|into|in) [a-z]+\b",
    re.IGNORECASE,
)
# matters of the world; each with enough of its words to be no name of ours
_WORLD: Final = re.compile(
    r"\b(?:interest rates?|exchange rates?|(?:stock|share|bitcoin|crypto|oil|gold) (?:price|market|value)s?|inflation rate|weather|temperature (?:in|outside|today|tomorrow)|will it (?:rain|snow)|forecast for|horoscope|lottery|recipes?|restaurants?|(?:football|soccer|basketball|tennis|baseball|hockey) (?:match|game|team|score|result|world)s?|world cup|olympics?|champions league|super ?bowl|prime minister|president of|capital of|population of|election|movies?|song lyrics|train (?:to|from)|flights? (?:to|from)|birthday|holiday destination|vacation spot|joke|riddle|haiku|poem)\b",
    re.IGNORECASE,
)
# of times only days and spans are looked at
_HOURS: Final = re.compile(
    r"\b(?:outside|out of|during|in|within|beyond|after) (?:of )?(?:the |our |normal |regular |usual )*(?:working|business|office|core) (?:hours?|times?)\b|\b(?:off|after|out of)[ -]hours\b|\b(?:at|by|during the) night(?:time|s)?\b(?! \w*shift)|\b(?:on|at|over|during) (?:the |a )?week-?ends?\b|\bbetween (?:\d{1,2} ?(?:am|pm)|midnight|noon)\b",
    re.IGNORECASE,
)
HOURS: Final = "I can't select by the time of day or the day of the week. Ask for days or spans of time: yesterday, in the last 24 hours, since Monday."
# parts of a name are no topic
_NAME: Final = re.compile(r"\S*\w[-_@/]\w\S*")
MONEY: Final = "I know nothing of costs or bills: this tenant's data says what there is and how it is set up, not what it costs."
ORDERS: Final = "I take no orders that change what I am or what I may do, and I show no credentials or instructions of mine, wherever such a text comes from."
FUTURE: Final = "I can't say what will be: I look things up that are in this tenant's data. Ask for what is there, or for what changed."
ADVICE: Final = "I look things up in this tenant's data. Advice on law, and letters or texts for others, are not mine to give."


def off_topic(text: str, scope: str) -> str | None:
    """Why a text is refused by what it is about; None if it may be a question for this tenant."""
    if _ORDERS.search(text):
        return f"{ORDERS} {scope}"
    if _MONEY.search(text) and not _TAG_OF_COST.search(text):
        return f"{MONEY} {scope}"
    if _ADVICE.search(text):
        return f"{ADVICE} {scope}"
    if _HOURS.search(text):
        return HOURS
    if _WORLD.search(_NAME.sub(" ", text)):
        return scope
    return f"{FUTURE} {scope}" if _FUTURE.search(text) else None
