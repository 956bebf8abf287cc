"""What a directory asks of people who sign in: a second factor of their own, security defaults, conditional access."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.reading import View, items

_WEAK = ("passwordauthenticationmethod", "emailauthenticationmethod")
"""Methods that are no second factor: the password itself, and an address to reset it by."""
_DEMANDS = {"mfa", "compliantdevice", "domainjoineddevice", "block"}
_GUESTS = {"guestsorexternalusers"}


def enabled(view: View) -> bool:
    """Whether a person can sign in at all; a guest who never accepted cannot."""
    return (
        view.flag("accountEnabled", "account_enabled") is not False
        and view.text("externalUserState").lower() != "pendingacceptance"
    )


def guest(view: View) -> bool:
    """Whether another directory keeps the login."""
    return view.text("userType", "user_type").lower() == "guest"


def password_alone(view: View) -> bool:
    """Whether a record says that no second factor is registered: by a report's flag, or by the methods that are."""
    told = view.flag("isMfaRegistered", "is_mfa_registered", "mfaRegistered", "is_mfa_capable")
    if told is not None:
        return told is False
    methods = [_method(one) for one in items(view.get("authenticationMethods", "authentication_methods"))]
    return bool(methods) and all(method.endswith(_WEAK) for method in methods)


def asked_for_more(estate: Estate, user: AssetRecord) -> bool:
    """Whether conditional access or security defaults ask this person for more than a password, for everything."""
    if any(_defaults(estate.view(tenant)) for tenant in estate.of_kind("azure.tenant")):
        return True
    view = estate.view(user)
    who = {(view.text("objectId", "id") or user.uid).rsplit("/", 1)[-1].lower()}
    return any(_demands(rule) and _covers(rule, who, view) for rule in _rules(estate))


def lax_tenant(estate: Estate) -> tuple[AssetRecord, ...]:
    """The directories whose security defaults a record says to be off."""
    off = [t for t in estate.of_kind("azure.tenant") if _switch(estate.view(t)) is False]
    return tuple(off)


def _method(one: Any) -> str:
    text = View(one).text("@odata.type", "odataType", "method", "type") if isinstance(one, dict) else str(one)
    return text.lower()


def _switch(tenant: View) -> bool | None:
    return tenant.at("securityDefaults", "identitySecurityDefaultsEnforcementPolicy").flag("isEnabled")


def _defaults(tenant: View) -> bool:
    return _switch(tenant) is True


def _rules(estate: Estate) -> Iterator[View]:
    for policy in estate.of_kind("azure.access"):
        view = estate.view(policy)
        if view.text("state").lower() == "enabled":
            yield view


def _demands(rule: View) -> bool:
    """Whether a rule asks for it whatever the person opens; an `OR` with a weaker control asks for nothing more."""
    grants = rule.at("grantControls")
    controls = {control.lower() for control in grants.texts("builtInControls")}
    applications = {
        one.lower() for one in rule.at("conditions").at("applications").texts("includeApplications")
    }
    asks = bool(controls & _DEMANDS) or bool(grants.at("authenticationStrength"))
    if grants.text("operator").upper() == "OR" and controls - _DEMANDS:
        asks = False
    return asks and "all" in applications


def _covers(rule: View, who: set[str], person: View) -> bool:
    users = rule.at("conditions").at("users")
    groups = {one.lower() for one in person.texts("memberOf", "groups")}
    left_out = {one.lower() for one in users.texts("excludeUsers")}
    if left_out & who or {g.lower() for g in users.texts("excludeGroups")} & groups:
        return False
    if guest(person) and (left_out & _GUESTS or users.at("excludeGuestsOrExternalUsers")):
        return False
    included = {one.lower() for one in users.texts("includeUsers")}
    if "all" in included or included & who or {g.lower() for g in users.texts("includeGroups")} & groups:
        return True
    return guest(person) and bool(included & _GUESTS or users.at("includeGuestsOrExternalUsers"))
