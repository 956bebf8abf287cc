"""Exposure of Azure identities: people whose login works from any address, and the roles that they hold."""

from __future__ import annotations

from tools.findings.model import AssetRecord
from tools.priority.entra import asked_for_more, enabled, guest, password_alone
from tools.priority.estate import name_of
from tools.priority.exposure import Exposure, Handler, Reader, exposure_of
from tools.priority.reading import View


def _user(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """A login works from any address: a door that asks for a password."""
    name = name_of(asset)
    if not enabled(view):
        return reader.none("nobody signs in with it")
    if asked_for_more(reader.estate, asset):
        return reader.closed("its directory asks for more than a password", name)
    if password_alone(view):
        who = "a guest who signs in" if guest(view) else "signs in"
        return reader.open(f"{who} from any address with a password alone", "console_no_mfa", name)
    if guest(view):
        return reader.open("a guest, whose login another directory keeps", "access_key", name)
    return reader.none("no record of its sign-in")


def _assignment(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """A role is as exposed as the person who holds it."""
    people = reader.estate.index("people by object id", lambda: _people(reader))
    holder = people.get(view.text("principalId", "principal_id").lower())
    if holder is None:
        return reader.none("no person holds it")
    found = exposure_of(reader, holder).fact
    name = name_of(holder)
    if found.state != "known" or found.grade <= 0:
        return reader.none(f"held by {name}")
    return reader.open(f"held by {name}: {found.value}", found.grade, name)


def _people(reader: Reader) -> dict[str, AssetRecord]:
    found: dict[str, AssetRecord] = {}
    for user in reader.estate.of_kind("azure.user"):
        own = reader.estate.view(user).text("objectId", "id") or user.uid
        found.setdefault(own.rsplit("/", 1)[-1].lower(), user)
    return found


IDENTITY_HANDLERS: dict[str, Handler] = {
    "azure.user": _user,
    "azure.assignment": _assignment,
    "azure.eligible": _assignment,
}
