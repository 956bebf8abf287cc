"""A question in plain words to a plan, or to what hinders one."""

from __future__ import annotations

from datetime import datetime

from agent.planner.questions import doings, follow_whole, holders, outcomes, unclear
from agent.planner.questions.asides import without_asides
from agent.planner.questions.asked_items import asked_of_items
from agent.planner.questions.build import build
from agent.planner.questions.completing import completed
from agent.planner.questions.contradiction import asked_back, fitted, torn
from agent.planner.questions.data_classes import classed
from agent.planner.questions.estate import Estate
from agent.planner.questions.follow import follow
from agent.planner.questions.form import Asked, Form, Kinds, Linked, Rank, Ref
from agent.planner.questions.leftover import capitals
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.people import with_people
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.planned import no_value, noted, planned
from agent.planner.questions.reader import read
from agent.planner.questions.reader_elements import read_elements
from agent.planner.questions.reader_item_rows import read_item_rows
from agent.planner.questions.reader_linked import read_linked, with_opening
from agent.planner.questions.reader_linked_shown import read_beside
from agent.planner.questions.reader_network import of_rules, ported, read_network
from agent.planner.questions.reader_numbers import read_flawless, read_numbers
from agent.planner.questions.reader_openings import read_opening
from agent.planner.questions.reader_shares import read_share
from agent.planner.questions.reader_sides import read_sides
from agent.planner.questions.reader_spread import read_spread
from agent.planner.questions.reader_state import State
from agent.planner.questions.record_marks import with_records
from agent.planner.questions.record_words import RECORDS
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_reader import of_items, read_settings, says_as_much
from agent.planner.questions.setting_shapes import read_shaped
from agent.planner.questions.settled import settled
from agent.planner.questions.singled import singled
from agent.planner.questions.tokens import MOST_READ, Token, tokenize
from agent.planner.questions.topics import with_topics, without_topics
from agent.planner.questions.wordings import in_plain_words


def plan_question(
    text: str, estate: Estate, previous: Asked | None, now: datetime, *, settings: bool = True
) -> Asked:
    """What a question asks, as a plan; or why there is none. `previous` is what a follow-up may refine.

    Without `settings` a question is not read as one about configuration alone: a weakness stays one, for whoever tells
    weaknesses by checks. Never raises for any text. `now` is aware (UTC).
    """
    made = _asked(text, estate, previous, now, settings)
    if previous is None or previous.form is None:
        made = made.model_copy(update={"whole": made.question})
    if made.outcome != "answer" and previous is not None and previous.form is not None:
        # what was not understood takes nothing from what was asked before it
        return made.model_copy(update={"form": previous.form})
    return made


def _asked(text: str, estate: Estate, previous: Asked | None, now: datetime, settings: bool) -> Asked:
    asked = text.strip()[:MOST_READ]
    said, aside = without_asides(asked)
    follows = previous is not None
    barred = outcomes.barred(asked, follows=follows)
    if barred is not None and not (aside and outcomes.barred(said, follows=follows) is None):
        # an occasion that is out of reach makes no question so
        return barred.model_copy(update={"question": asked})
    before = previous.form if previous is not None else None
    lowered = in_plain_words(said, estate, before.entity if before is not None else "")
    if (unsaid := singled(lowered, asked, estate)) is not None:
        return unsaid.model_copy(update={"question": asked})
    state = understand(lowered, estate, now, context="")
    form: Form | None = None

    def alone_read(words: str) -> Asked:
        return _asked(words, estate, None, now, settings)

    if before is None and (
        (numbers := read_numbers(lowered, estate, now) or read_flawless(lowered, estate, now)) is not None
    ):
        return noted(planned(numbers, asked, estate, now), (), aside)
    if before is None and (lost := follow_whole.after_nothing(state, lowered, previous)) is not None:
        return lost.model_copy(update={"question": asked})
    if before is None and (either := unclear.two_readings(state, said)) is not None:
        return either.model_copy(update={"question": asked})
    if before is None and settings and (shared := read_share(lowered, estate, now, understand)) is not None:
        return noted(planned(fitted(completed(shared, ""), estate), asked, estate, now), (), aside)
    if before is not None:
        form = follow(state, lowered, before, estate, now)
        if form is None and (more := follow_whole.gone_on(state, said, previous, alone_read)) is not None:
            return more.model_copy(update={"question": asked})
        if form is None and follow_whole.of_its_own(state, lowered):
            return alone_read(asked).model_copy(update={"whole": asked})
    made = _made(state, (asked, said, lowered), aside, form, before, estate, now, settings)
    if before is None or form is not None:
        return made
    return follow_whole.unsure(made, lowered, previous) or made


def _made(
    state: State,
    texts: tuple[str, str, str],
    aside: tuple[str, ...],
    form: Form | None,
    before: Form | None,
    estate: Estate,
    now: datetime,
    settings: bool,
) -> Asked:
    """What the readers make of a question in turn.

    `form` is that of a follow-up; `texts` are the question as asked, tidied, and in plain words.
    """
    asked, said, lowered = texts
    # without settings, a weakness is told by checks
    rules = before is None and settings
    if rules and not state.subject and (by_items := asked_of_items(lowered, asked, estate, now)) is not None:
        return (
            by_items
            if isinstance(by_items, Asked)
            else noted(planned(by_items, asked, estate, now), (), aside)
        )
    network = read_network(lowered, estate, now) if rules and not state.subject else None
    if network is not None and of_rules(network):
        return noted(planned(network, asked, estate, now), (), aside)
    items = read_item_rows(lowered, estate, now) if rules and not state.subject and network is None else None
    if items is not None:
        return noted(planned(items, asked, estate, now), (), aside)
    if rules and not state.subject:
        linked = read_linked(lowered, estate, now, sure=True, early=True) or read_beside(lowered, estate, now)
        if linked is not None:
            return noted(planned(linked, asked, estate, now), (), aside)
    lets_in = read_opening(lowered, state.marks, state.tokens, estate) if rules else None
    if lets_in is not None and network is not None and ported(network) and not lets_in[1].ports:
        lets_in = None
    if lets_in is not None:
        lowered = lets_in[0]
        state = understand(lowered, estate, now, context="")
        state.parts.append(("and", lets_in[1]))
    lacking = bool(state.dims) and state.having == ("eq", 0)
    own = before is None and not state.subject and lets_in is None
    if form is None and own and network is not None:
        return noted(planned(network, asked, estate, now), (), aside)
    if form is None and own and settings and not lacking:
        try:
            form = read_settings(lowered, estate, now, understand)
            if (
                form is not None
                and of_items(form)
                and (rows := read_elements(lowered, estate, now)) is not None
                and says_as_much(rows, form)
            ):
                # the items themselves are asked for
                form = rows
        except NoSuchValue as error:
            return no_value(error, asked)
        if form is not None:
            return noted(planned(completed(form, ""), asked, estate, now), (), aside)
    share = state.measure is not None and state.measure.function == "percent"
    alone = form is None and lets_in is None and not (state.subject or share)
    if alone and before is None and (apart := read_linked(lowered, estate, now, sure=True)) is not None:
        return noted(planned(apart, asked, estate, now), (), aside)
    if alone and (related := _related(lowered, estate, now)) is not None:
        return noted(planned(related, asked, estate, now), (), aside)
    done = form is None and before is None and state.subject == "event" and len(lowered) <= _LONGEST
    if done and (spread := read_spread(lowered, estate, now)) is not None:
        # who is active in how many accounts
        return noted(planned(spread, asked, estate, now), (), aside)
    if form is None and before is None and (lost := unclear.without_referent(state, lowered)) is not None:
        return lost.model_copy(update={"question": asked})
    if form is None and (wide := unclear.exposed(state, said)) is not None:
        return wide.model_copy(update={"question": asked})
    if form is None:
        hindered = outcomes.hindered(state, asked, estate, capitals(said))
        aimless = hindered is not None and hindered.outcome != "clarify" and not state.subject
        if aimless and (form := read_elements(lowered, estate, now, weak=True)) is not None:
            return noted(planned(form, asked, estate, now), (), aside)
        if hindered is not None:
            shaped = None
            if aimless and before is None:
                shaped = read_linked(lowered, estate, now) or read_shaped(lowered, estate, now, understand)
            if shaped is not None:
                return noted(planned(shaped, asked, estate, now), (), aside)
            return hindered.model_copy(update={"question": asked})
        form = completed(build(state), lowered, estate)
    else:
        hindered = outcomes.unknown_names(state, asked, estate)
        if hindered is not None:
            return hindered.model_copy(update={"question": asked})
        form = completed(form, "")
    form = fitted(classed(form, lowered, estate), estate)
    pair = torn(form, estate)
    several = before is None and sum(m.kind == "kind" for m in state.marks) > 1
    linked = read_linked(lowered, estate, now, sure=pair is None) if pair is not None or several else None
    if linked is not None and lets_in is not None:
        linked = with_opening(linked, lets_in[1], estate)
    if linked is not None:
        return noted(planned(linked, asked, estate, now), (), aside)
    if pair is not None:
        items = read_elements(lowered, estate, now, weak=True) if before is None else None
        if items is None or torn(items, estate) is not None:
            return asked_back(pair, asked)
        form = items
    return noted(planned(form, asked, estate, now), state.unused, aside)


def _related(text: str, estate: Estate, now: datetime) -> Form | None:
    """Questions about groups of groups, groups with and without, and items of arrays."""
    if len(text) > _LONGEST:
        return None
    if (of_groups := read_spread(text, estate, now) or read_sides(text, estate, now)) is not None:
        return of_groups
    items = read_elements(text, estate, now)
    if items is not None and items.each is not None and not items.each.negated:
        # "vpcs without instances" is not answered by the networks of instances
        linked = read_linked(text, estate, now, sure=True)
        if linked is not None and any(isinstance(i, Linked) and i.negated for i in linked.items):
            return linked
    return items


def understand(
    lowered: str, estate: Estate, now: datetime, *, context: str = "", given: tuple[Kinds, ...] = ()
) -> State:
    """Read the marks of a text in lower case."""
    lowered, topics = without_topics(lowered, estate)
    tokens = tokenize(lowered, estate.whole_names, lexicon_parts())
    marks = find_marks(lowered, tokens, estate, now)
    with_topics(marks, topics, estate)
    deed = doings.done(lowered) if estate.has_rows("cloud_audit_logs") else None
    if deed is not None and deed[0] in ("read", "list") and context != "event":
        deed = None
    if (
        deed is not None
        and not deed[1]
        and not any(t.text in estate.values("event", "operation") for t in tokens)
    ):
        deed = None
    kinds_said = holders.kinds_of(marks)
    if (right := doings.may(lowered)) and estate.has_rows("ciem_permissions_with_last_access"):
        return holders.narrowed(_allowed(right, lowered, marks, tokens, estate), kinds_said[:1])
    records = with_records(
        lowered,
        marks,
        tokens,
        estate,
        subject=_of_records(deed is not None or doings.did(lowered), context, estate),
    )
    marks = settled(records.marks, tokens, estate, given, records.subject)
    if records.subject in ("", "issue", "case"):
        marks = with_people(marks, tokens, lowered, estate)
    if deed is None:
        if doings.did(lowered) and records.subject == "event":
            return read(marks, tokens, estate, context="event", given=given, records=records)
        state = read(marks, tokens, estate, context=context or records.context, given=given, records=records)
        return holders.narrowed(state, kinds_said) if records.subject == "permission" else state
    rest = [m for m in marks if tokens[m.start].start >= deed[2]]
    kinds = [m for m in rest if m.kind == "kind"]
    to = [m for m in rest if m.kind == "tenant" and _attribute(m) == "resource_type"]
    if deed[0] in ("attach", "detach", "grant") and kinds and len(kinds) + len(to) > 1:
        # "attached policies to roles": what it was done to
        kinds[0].kind, kinds[0].also = "stop", {}
    state = read(rest, tokens, estate, context="event", records=records)
    state.noun = "audit events"
    if deed[1]:
        of_things = kinds or any(m.kind == "tenant" and _attribute(m) in _THINGS for m in rest)
        any_change = deed[0] in doings.CHANGING and not of_things
        state.parts.append(("and", doings.altering() if any_change else doings.operation(deed[0])))
    how_many = state.measure is None or (
        doings.AND_COUNT.search(lowered) and state.measure.function == "count"
    )
    if not state.group and not state.dims and how_many and not doings.AS_LIST.search(lowered):
        # who it was, each once, with how often
        also = (("operation", doings.ALSO_WHAT), ("resource", doings.ALSO_ON))
        state.group = [Ref(name="user"), *(Ref(name=n) for n, said in also if said.search(lowered))]
        state.columns = []
        if doings.MOST.search(lowered):
            state.rank, state.limit = Rank(), state.limit or (1 if doings.ONE.search(lowered) else None)
    return state


def _of_records(doing: bool, context: str, estate: Estate) -> str:
    """The records that a question is about whatever its nouns: of what was done, or of what was asked before it."""
    if doing and estate.has_rows("cloud_audit_logs"):
        return "event"
    return context if context in RECORDS else ""


_THINGS = ("resource_type", "resource", "operation", "name", "strong_id")


def _attribute(mark: Mark) -> str:
    """The attribute that a value is of."""
    return str(getattr(getattr(mark.data, "ref", None), "name", ""))


def _allowed(
    right: tuple[str, int], lowered: str, marks: list[Mark], tokens: list[Token], estate: Estate
) -> State:
    """Who may do something: identities by the permissions that they hold."""
    records = with_records(lowered, marks, tokens, estate, subject="permission")
    rest = [m for m in records.marks if tokens[m.start].start >= right[1]]
    named = next((m for m in rest if m.kind in ("kind", "attr", "entity", "word")), None)
    state = read([m for m in rest if m is not named], tokens, estate, context="permission", records=records)
    state.noun = "permissions"
    if named is not None:
        state.parts.append(("and", doings.allowed(right[0], tokens[named.end - 1].norm)))
    if not state.group and state.measure is None:
        state.group = [Ref(name="user")]
    return state


_LONGEST = 1_000
