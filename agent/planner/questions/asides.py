"""What a question says beside itself: greetings, reasons, occasions, deadlines. Taken out before it is read.

Only what positively is an aside goes: a clause that asks for nothing and that stands before or after one that does. A
clause that names what is wanted, or narrows it, stays.
"""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.english import harmless, ordinary
from agent.planner.questions.phrases import STOP, lexicon_table
from agent.planner.questions.tokens import quotes, singular

_ASK: Final = (
    r"(?:show|list|give|get|find|tell|fetch|return|display|count|pull|provide|see|know|have|check|identify|name|which|what|whats|what's|who|how|where|whose|are there|is there|"
    r"do we|do i|does|can you|could you|would you|please|pls|plz|i need|i'd|i would|i want|we need|we want|need)"
)
_WHO: Final = r"(?:(?:the|my|our|an?|one of (?:the|our)|some)\s+)?(?:\w+\s+){0,2}?(?:boss|manager|auditors?|ciso|cto|ceo|cio|(?:product|process|service|business|system) owners?|management|board|lead|leader|customer|client|regulator|team lead|director|chief|colleagues?|coworkers?|supervisor|leadership|stakeholders?|execs?|executives?|consultants?|assessors?|people|folks|they|someone|somebody|everyone|legal|compliance|vp|head of \w+)"
_PERSON: Final = rf"(?:i|we|i'm|we're|im|i've|we've|{_WHO})"
# "the auditor asks for ...": who asks says nothing of what
_ASKED_BY: Final = re.compile(
    rf"^\W*(?:so\s+|and\s+|also\s+|hi,?\s+|hello,?\s+)*{_WHO}\s+(?:(?:just|now|again|always|also|has|have|is|are|was|were)\s+)*(?:asks?|asked|asking|wants?|wanted|needs?|requested|requests|requires?|demands?|wonders?|inquired|enquired)\s+(?:(?:me|us|you)\s+)?(?:(?:for|about|if|whether)\s+|to\s+(?:know|see|have|get|understand|check|list|show|find|be told)\s+)?(?:about\s+|whether\s+|if\s+)?",
    re.IGNORECASE,
)
_BREAK: Final = r"(?:\s*(?::(?!\d|:)|;|\s[-–—]+\s|\.(?=\s)|!|\n|,\s*so(?:\s+that)?\b|\s+so\b(?=\s+(?:please|pls|plz|i|we|can|could|show|list|give|tell|find|what|which|how|who))|,\s*(?=(?:please|pls|plz|can you|could you|i need|show|list|give me|tell me|which|what|how many|who)\b))\s*)"
_LEADS: Final = re.compile(
    rf"^(?P<aside>.{{3,200}}?)(?P<break>{_BREAK})(?P<rest>.{{4,}})$", re.IGNORECASE | re.DOTALL
)
_STATES: Final = re.compile(
    rf"^\W*(?:(?:so|and|ok|okay|well|hi|hello|hey|also|now|right|because|since|as|while|given that)\b[\s,]*)*(?:{_PERSON})\s+(?:(?:am|are|is|was|were|'m|'re|have been|has been|had|just|now|currently|also|still)\s+)*(?:\w+ing\b|(?:have|has|had|need|needs|want|wants|got|would like|'d like|must|should|try|plan|intend|going|about)\s+to\s+(?!know\b|see\b|get\b|list\b|find\b|have\b|understand\b|check\b|view\b|count\b|identify\b|show\b|pull\b|learn\b|look\b))",
    re.IGNORECASE,
)
_HAPPENS: Final = re.compile(
    r"\b(?:is|are|was|were|has been|have been)\s+(?:being\s+|going\s+|getting\s+|about\s+|coming\s+|due\s+|planned\b|scheduled\b|asking\b|preparing\b)",
    re.IGNORECASE,
)
_OCCASION: Final = re.compile(
    r"^\W*(?:(?:so|and|ok|okay|well|hi|hello|hey|also|just|quick|quickly)\b[\s,]*)*(?:for|before|in preparation (?:for|of)|as part of|in the context of|as input (?:for|to)|regarding|re|concerning|because of|with regard to|following|after|ahead of|due to)\s+(?:the|my|our|an?|this|that|next|tomorrow's|today's|upcoming|some|monday's|friday's|last week's)?\s*(?P<what>[\w\s'/&-]{2,70})$",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(
    r"^\W*(?P<what>[\w\s'/&-]{0,60}?)(?:question|request|task|ticket|check|audit|review|prep|preparation|report|reporting|ask|investigation|project|exercise|deadline|follow[- ]?up|one|thing|context|background|homework|sanity check|meeting|summary|update|hi|hello|hey|morning|afternoon|evening|team|all|everyone|there|colleagues|assistant|agent|posture agent|bot)$",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    r"(?:[,.;!?\n]|\s[-–—]|\()\s*(?P<aside>(?:and\s+)?(?:"
    r"(?:i\s+|we\s+|i'd\s+|he\s+|she\s+|they\s+)?(?:need|needs|want|wants|require|needed)\s+(?:it|this|that|them|these|those)\s+(?:\w+|$)|got (?:it|this|that) from|(?:it's|its|it is|this is|that's|that is|these are)\s+(?:all\s+)?(?:for|about|because|needed|urgent|important|due)\b|asking (?:for|because|since|as)\b|because\b|cause\b|cos\b|since (?:we|i|our|my|the|they|he|she|it)\b(?! (?:last|start|begin))|as (?:we|i|our|my boss|the auditor)\b|so (?:that )?(?:i|we|they|he|she|my|our)\s+(?:can|could|may|am|are|know|will|have|do)\b|"
    rf"{_WHO}\s+(?:wants?|needs?|asks?|asked|keeps?|requested|is|are|will)\b|no rush|no hurry|take your time|much appreciated|many thanks|thanks|thank you|thx|cheers|appreciate|would be (?:great|nice|helpful|good)|that would|that'd|if (?:you|possible|that|it's|it is|this)\b(?! (?:has|have|are no))|when(?:ever)? you (?:can|have|get|find)|let me know|(?:am )?just (?:curious|wondering|asking|checking|so)|sorry (?:for|to|if)|(?:i|we) (?:think|guess|hope|suppose|assume|believe|know|would|'d|am|'m|was|will|'ll|have to|must|promised|plan)\b|hope (?:that|you|this|it)|"
    r"(?:i|we|they|he|she)(?:'ll|'d)? (?:need|needs|want|wants|have|has|had|must|should|will|would like|like)(?: to)? (?:verify|check|confirm|prove|document|explain|know|understand|decide|see|report|tell|ask|find out) (?:who|why|whether|if|how (?!many|much)|that|when|it|them|this|him|her)\b|"
    r"(?:i\.? ?e\b\.?|meaning|namely),? (?!only\b|just\b)|"
    r"(?:and )?(?:this|that|which|it) (?:breaches|violates|breaks|is against|goes against|contradicts) |(?:just )?(?:as |for )?(?:a |our )?(?:sanity|plausibility|cross|double)[ -]check\b|nobody (?:\w+ )?\w+s (?:them|it|these|those)\b|where (?:do|can|could|would) (?:i|we) (?:get|win|gain|start|begin)\b|"
    r"for (?:my|our|the|an?|this|tomorrow's) (?:[\w-]+ ){0,3}?(?:letters?|e?-?mails?|stand-?ups?|stand up|follow[ -]?ups?|notes|minutes|newsletter|talk|interview|training|newcomers?)\b|"
    r"(?:in order )?to (?:prepare|plan|decide|prioriti[sz]e|discuss|explain|justify|report|inform|feed|fill|update|put|present|help|support|estimate|budget|make sure|be able|know where|get (?:an|a) (?:idea|feeling|overview|picture)|understand|avoid|brief)\b)"
    r"[^.?!;\n)]*)\)?",
    re.IGNORECASE,
)
_PURPOSE: Final = re.compile(
    r"\s+(?:in order to|so as to|to (?:prepare for|plan|help(?: me| us)?|decide|prioriti[sz]e|discuss|explain|justify|inform|brief|feed|put (?:it |them |this )?in(?:to)?|include in|present|show (?:to|my|our|the)|send to|share with|report (?:to|on|in))\b)\s*[^,.;:?!]{0,80}",
    re.IGNORECASE,
)
_PHRASES: Final = re.compile(
    r"(?:,\s*|\b)(?:if (?:you (?:don't|do not|dont|wouldn't) mind|you (?:can|could|please|have (?:a )?(?:time|minute|moment|second))|(?:it's|it is|that's|that is) (?:possible|ok|okay|not too much(?: trouble)?|alright|fine)|possible|at all possible|i may(?: ask)?|need be|any)|"
    r"as (?:quickly|soon|fast|quick|early|best|well as) as (?:you |we )?(?:can|could|possible|may)|as soon as possible|as far as (?:we|i|you) (?:know|can (?:see|tell))|(?:that|which) (?:we|you|i) (?:know of|know about|are aware of|can see|have on record|know)|to the best of (?:our|your|my) knowledge|"
    r"(?:i|we) (?:was|were|am|are|'m|'re|been) (?:just )?(?:wondering|curious|interested(?: in)?(?: knowing| to know)?|trying to (?:find out|figure out|see|understand|get|know))(?: if| whether| about)?(?: (?:you|we|i|someone) (?:can|could|would|might|know|may) (?:please )?(?:tell|show|give|list|find|get)(?: me| us)?)?|"
    r"right now|right away|at the moment|at present|at this (?:point|moment|time|stage)(?: in time)?|as of (?:now|today|right now|this moment)|for (?:the time being|now|a start|starters|once|me|us|my (?:own )?(?:information|understanding|curiosity|records?)|our (?:information|records?))|"
    r"in (?:our|the|my|this|your) (?:whole |entire |current |cloud |complete |overall )?(?:environment|estate|tenant|landscape|infrastructure|organi[sz]ation|company|setup|set-up|inventory|data|systems?|clouds|footprint|world|place|shop|it landscape)(?=\s*(?:[,.;:?!)]|$|(?:that|which|with|without|by|per|have|has|are|is|do|does|and|or|in|for|grouped|sorted|who|where|we|on|there)\b))|across (?:the|our|my|all of our|all our) (?:whole |entire |complete )?(?:environment|estate|tenant|landscape|infrastructure|organi[sz]ation|company|board|fleet|place)|"
    r"by (?:any chance|the way|eod|eob|cob|noon|lunch|end of (?:the )?(?:day|week|business)|close of business|tomorrow(?: morning| evening)?|tonight|monday|tuesday|wednesday|thursday|friday)|at your (?:earliest )?convenience|when(?:ever)? you (?:have|get|find) (?:a|the|some) (?:minute|moment|second|chance|time)|when(?:ever)? (?:you can|convenient|possible|ready)|"
    r"before (?:the|my|our|tomorrow's|today's|monday's|friday's|next week's) (?:\w+ ){0,2}?(?:meeting|call|audit|review|board|presentation|deadline|standup|session|release|go-live|lunch|weekend|holidays?|interview|workshop|steerco)|before (?:lunch|noon|the weekend)|"
    r"(?:for|in|into|to|as part of|as input for|in preparation (?:of|for)|because of|during) (?:the |my |our |a |an |this |that |next |tomorrow's |today's |this week's |next week's |upcoming |some )+(?:[\w'-]+ ){0,3}?(?:meeting|board|presentation|slides?|slide deck|deck|report|dashboard|auditors?|audit(?! (?:log|event|trail|record|entr))|review|workshop|steerco|committee|standup|stand-up|newsletter|management|ciso|boss|manager|ceo|cto|briefing|call|jira|excel|sheet|spreadsheet|memo|colleagues?|weekly|qbr|kpis?|paper|document|summary|records|homework|ticket|newspaper|minutes|leadership|regulator|customer|exercise|handover|retro|retrospective|roadmap|assessment|recertification|certification)(?: (?:with|on|next|this|tomorrow|today|at|in|of)(?: \w+){1,3})?|"
    r"(?:to be )?(?:honest|clear|precise|exact|fair|sure|specific)(?=\s*,)|in other words|so to speak|more or less|and so on|and the like|or something(?: like that)?|you know|i mean|i guess|i think|i suppose|i believe|i assume|i reckon|let's say|say|out of curiosity|just (?:out of )?curious|just checking|just to be (?:sure|safe|clear)|just in case|for what it's worth|if i may|no offense|with all due respect|believe it or not|one more thing|one more question|quick question|another question|next question|last question|first of all|to begin with|to start with|to start|in general|in the end|after all|in short|in brief|at a glance|in detail|in one go|in a nutshell|"
    r"as (?:usual|always|discussed|mentioned|agreed|promised|requested|per (?:our|the|my) [\w' ]{3,30}?(?=,|$)|i said|you know|we speak)|like (?:always|usual|i said)|once (?:again|more)|thanks in advance|thank you in advance|many thanks|thanks a lot|thank you(?: very much| so much)?|kind regards|best regards|have a (?:nice|good|great) (?:day|one|weekend|evening)|"
    r"would you be so kind(?: as to)?|be so kind(?: as to)?|do me a favou?r(?: and)?|help me (?:out|understand|figure out|see|find out)|i'm not sure(?: but)?|not sure if|i hope you(?:'re| are) (?:well|fine)|hope you(?:'re| are) (?:well|fine|doing well)|sorry to bother(?: you)?(?: again)?|sorry for the (?:trouble|inconvenience)|it would be (?:great|nice|helpful|good|awesome)(?: to know| to see| if)?(?: you (?:can|could))?|i would appreciate(?: it)?(?: if)?|much appreciated|no rush|no hurry)"
    r"\b(?:\s*,)?",
    re.IGNORECASE,
)
# a statement after the question: who is on holiday, what somebody needs, that they are out of support
_TELLS: Final = re.compile(
    r"(?P<end>[?.!]|\s[-–—])\s+(?P<aside>(?:and |because |but )?(?:she|he|they|it|these|those|this|that|every|each|all|our|the(?! (?:ones?|others?|rest|same)\b)|my|nobody|somebody|someone|everybody|everyone|management|people|i|we|auditors?)\b(?:[^?.!]|\.(?=\w))*?\b(?:is|are|was|were|has|have|had|needs?|must|should|will|wants?|gets?|goes|says?|said|makes?|expects?|costs?|left|retired)\b(?:[^?.!]|\.(?=\w))*)[.!]?\s*$",
    re.IGNORECASE,
)
_NAMELIKE: Final = re.compile(r"\d|\w[_@/]\w|\w-\w+-\w")
_NARROWS: Final = re.compile(
    r"\b(?:only|just the|except|exclud\w+|without|not|no|never|which|what|how many|how much|list|show|sorted?|order(?:ed)?|group(?:ed)?|per|top|include|with)\b", re.IGNORECASE
)  # fmt: skip
_LONGEST: Final = 1_000


def without_asides(text: str) -> tuple[str, tuple[str, ...]]:
    """A question without what it says beside itself, and what was left out that has words of its own."""
    if len(text) > _LONGEST or quotes(text):
        # what is quoted may look like anything
        return text, ()
    left: list[str] = []
    body = _phrases(text, left)
    body = _leading(body, left)
    body = _trailing(_told(body, left), left)
    body = re.sub(r"\s+([,.?!])", r"\1", re.sub(r"\s{2,}", " ", body)).strip(" ,;:")
    body = re.sub(r"([,.;])(?:\s*[,.;])+", r"\1", body).lstrip(" ,.;:!?")
    if not _has_noun(body) and _has_noun(text):
        return text, ()
    return body or text, tuple(dict.fromkeys(p.strip() for p in left if _says_something(p)))


def _phrases(text: str, left: list[str]) -> str:
    def cut(match: re.Match[str]) -> str:
        left.append(match.group(0).strip(" ,"))
        return ", " if match.group(0).startswith(",") else " "

    return _PHRASES.sub(cut, text)


def _leading(text: str, left: list[str]) -> str:
    for _ in range(4):
        asked = _ASKED_BY.match(text)
        if asked and _has_noun(text[asked.end() :]):
            text = text[asked.end() :]
        found = _LEADS.match(text)
        while found is not None and not _aside(found):
            start = found.end("break")
            again = _LEADS.match(text[start:])
            found = _longer(text, found) if again else None
        if found is None:
            return text
        left.append(found["aside"])
        text = found["rest"]
    return text


def _longer(text: str, found: re.Match[str]) -> re.Match[str] | None:
    """The same with the aside reaching to the next break."""
    at = found.end("break")
    for brk in re.finditer(_BREAK, text[at:], re.IGNORECASE):
        end = at + brk.start()
        made = re.match(
            rf"^(?P<aside>.{{{end}}})(?P<break>.{{{brk.end() - brk.start()}}})(?P<rest>.{{4,}})$",
            text,
            re.DOTALL,
        )
        if made is not None and made.end("break") > found.end("break"):
            return made
    return None


def _aside(found: re.Match[str]) -> bool:
    aside, rest = found["aside"].strip(), found["rest"].strip()
    if not _has_noun(rest):
        return False
    if re.match(r"\W*(?:per|by|for each|for every|each|every|one \w+ per)\b", aside, re.IGNORECASE):
        return False
    so = "so" in found["break"].lower().split() or found["break"].strip(" ,").lower() == "so"
    if so and re.match(rf"\W*(?:so\W+)?(?:that\W+)?{_ASK}\b", rest, re.IGNORECASE):
        return True
    if _STATES.match(aside) or (
        _HAPPENS.search(aside) and not re.match(rf"\W*{_ASK}\b", aside, re.IGNORECASE) and _begins(rest)
    ):
        return True
    occasion = _OCCASION.match(aside)
    if occasion is not None:
        return not _names_things(occasion["what"])
    title = _TITLE.match(aside)
    if title is not None and len(aside.split()) <= 7 and not re.match(rf"\W*{_ASK}\b", aside, re.IGNORECASE):
        words = re.findall(r"[a-z']+", title["what"].lower())
        return bool(words or aside) and (
            all(harmless(w) or w in STOP for w in words) or aside.lower().endswith(("question", "request", "task", "ticket", "check", "review", "prep"))
        )  # fmt: skip
    words = re.findall(r"[a-z']+", aside.lower())
    return bool(words) and all(harmless(w) or w in STOP for w in words) and not _has_noun(aside)


def _begins(rest: str) -> bool:
    return re.match(rf"\W*(?:so\W+)?{_ASK}\b", rest, re.IGNORECASE) is not None


def _trailing(text: str, left: list[str]) -> str:
    def cut(match: re.Match[str]) -> str:
        aside = match["aside"]
        if _NARROWS.search(aside.partition(" ")[2]) and not re.match(
            r"(?:because|cause|cos|since|thanks|sorry|i\.? ?e\b|meaning|namely|so (?:that )?(?:i|we|they) (?:know|see|can|could))\b",
            aside,
            re.I,
        ):
            return match.group(0)
        before = text[: match.start()]
        if not _has_noun(before):
            return match.group(0)
        left.append(aside)
        return match.group(0)[0] if match.group(0)[0] in ".?!" else ""

    body = _AFTER.sub(cut, text)

    def cut_purpose(match: re.Match[str]) -> str:
        if not _has_noun(body[: match.start()]) and not _has_noun(body[match.end() :]):
            return match.group(0)
        left.append(match.group(0))
        return ""

    return _PURPOSE.sub(cut_purpose, body)


def _told(text: str, left: list[str]) -> str:
    """Without a statement in a sentence of its own after the question, where it says nothing of what is asked for."""
    found = _TELLS.search(text)
    if found is None or not _has_noun(text[: found.start()]):
        return text
    aside = found["aside"]
    first = aside.split()[0].lower()
    about_them = first in ("they", "it", "these", "those", "this", "that", "all")
    if _NAMELIKE.search(aside) or _NARROWS.search(aside):
        return text
    if about_them and re.search(r"\b(?:must|should|needs?|have|has|had)\b", aside, re.IGNORECASE):
        return text
    if about_them and any(_kinds(w) for w in re.findall(r"[a-z]+", aside.lower()) if w not in STOP):
        return text
    left.append(aside)
    return text[: found.start()] + (found["end"] if found["end"] in "?.!" else "")


def _names_things(text: str) -> bool:
    """Whether the last noun of a phrase is one of our things: "Azure storage accounts", not "storage migration"."""
    words = [w for w in re.findall(r"[\w'-]+", text.lower()) if w not in ("only", "please", "just")]
    if not words:
        return True
    last = words[-1]
    return _kinds(last) != set() or not ordinary(last) or any(re.search(r"[\d_@:/]", w) for w in words)


def _kinds(word: str) -> set[str]:
    norm = singular(word)
    if word in (
        "report",
        "audit",
        "review",
        "ticket",
        "check",
        "overview",
        "migration",
        "program",
        "run",
        "service",
        "update",
    ):
        return set()
    return {p.kind for p in lexicon_table().get(norm, ()) if len(p.words) == 1} & {
        "entity",
        "kind",
        "attr",
        "value",
    }


def _has_noun(text: str) -> bool:
    """Whether a text names something to ask about."""
    table = lexicon_table()
    words = [singular(w) for w in re.findall(r"[a-z0-9_]+", text.lower())]
    for at, word in enumerate(words):
        for phrase in table.get(word, ()):
            if (
                phrase.kind in ("entity", "kind", "attr")
                and tuple(words[at : at + len(phrase.words)]) == phrase.words
            ):
                return True
    return False


def _says_something(text: str) -> bool:
    """Whether words were left out that have a meaning elsewhere in a question."""
    words = re.findall(r"[a-z][\w'-]*", text.lower())
    return any(not harmless(w) and w not in STOP for w in words)
