"""The three chat profiles, their welcome texts and the questions they offer to start with."""

from __future__ import annotations

from dataclasses import dataclass

from agent.events import Profile
from tools.results import Role


@dataclass(frozen=True)
class Start:
    """A question that works as it stands."""

    text: str
    icon: str


@dataclass(frozen=True)
class ProfileCard:
    """How a profile is offered."""

    profile: Profile
    name: str
    welcome: str
    icon: str
    starts: tuple[Start, ...]


PROFILES: tuple[ProfileCard, ...] = (
    ProfileCard(
        Profile.ENGINEER,
        "Engineer",
        "Ask about assets, exposure and configuration in plain words. Every answer shows the query it rests "
        "on, and a fix comes as a diff that says which checks it passed.",
        "engineer",
        (
            Start("Which buckets are public?", "bucket"),
            Start("What is open to the internet on port 22?", "door"),
            Start("How many critical findings per service?", "bars"),
            Start("Which IAM users lack MFA?", "key"),
        ),
    ),
    ProfileCard(
        Profile.AUDITOR,
        "Auditor",
        "Ask how findings meet a framework. Pass, fail, needs a person and not assessed are counted apart, "
        "each with its evidence.",
        "auditor",
        (
            Start("HIPAA gap report", "report"),
            Start("Which HIPAA safeguards cover encryption at rest?", "lock"),
            Start("What changed since the last load?", "change"),
            Start("What was not assessed for HIPAA, and why?", "blank"),
        ),
    ),
    ProfileCard(
        Profile.ANALYST,
        "Analyst",
        "Work the list: what to fix first, why it ranks there, and what to write back. Nothing is written "
        "until a person approves it on a card.",
        "analyst",
        (
            Start("Show the ten findings to fix first", "list"),
            Start("Why is the first one ranked highest?", "gauge"),
            Start("Draft a fix for the worst finding", "wrench"),
            Start("Show pending approvals", "approve"),
        ),
    ),
)

_BY_ROLE = {Role.ENGINEER: Profile.ENGINEER, Role.AUDITOR: Profile.AUDITOR}


def profile_named(name: str | None, role: Role) -> Profile:
    """The profile that the page chose; what fits the role when it chose none that exists."""
    for card in PROFILES:
        if name is not None and card.name.casefold() == name.casefold():
            return card.profile
    return default_profile(role)


def default_profile(role: Role) -> Profile:
    """The profile that someone of this role sees first."""
    return _BY_ROLE.get(role, Profile.ANALYST)
