"""Who may log in on this machine, and with which role: `users.json` in the data directory.

The file (mode 0600) maps a name to `{"role": ..., "scrypt": ...}`. On the first start it is made with one
person per role and random passwords, which are also written to `login.txt` beside it (mode 0600) for the
person at the keyboard. To set a password, write `"password": "..."` into an entry: it is replaced by its hash
when next read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from tools.results import Role

FIRST_USERS = (Role.ANALYST, Role.ENGINEER, Role.AUDITOR, Role.APPROVER, Role.ADMIN)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_N, _R, _P = 2**14, 8, 1


class UsersFileError(Exception):
    """The users file cannot be used; the message says what to change."""


class UserEntry(BaseModel):
    """One person of the file."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    scrypt: str | None = Field(default=None, max_length=500)
    password: SecretStr | None = None


_FILE = TypeAdapter(dict[str, UserEntry])


@dataclass(frozen=True)
class FirstLogin:
    """What to tell whoever starts the page: where the passwords are, and what they are if just made."""

    file: Path
    created: tuple[tuple[str, str], ...] = ()


def write_private(path: Path, text: str) -> None:
    """Replace a file in one go, readable by its owner only from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(path)


def hash_password(password: str) -> str:
    """`scrypt$n$r$p$salt$key`, salt and key in base64."""
    salt = secrets.token_bytes(16)
    key = hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=32)
    return "$".join(("scrypt", str(_N), str(_R), str(_P), _text(salt), _text(key)))


def password_matches(password: str, stored: str) -> bool:
    """Compare in constant time; a hash that cannot be read matches nothing."""
    try:
        kind, n, r, p, salt, key = stored.split("$")
        if kind != "scrypt" or int(n) > 2**20 or int(r) > 32 or int(p) > 16:
            return False
        wanted = base64.b64decode(key, validate=True)
        made = hashlib.scrypt(
            password.encode(),
            salt=base64.b64decode(salt, validate=True),
            n=int(n),
            r=int(r),
            p=int(p),
            dklen=len(wanted),
            maxmem=256 * 2**20,
        )
    except (ValueError, TypeError):
        return False
    return hmac.compare_digest(made, wanted)


class UserDirectory:
    """The users file, read again whenever it changed."""

    def __init__(self, home: Path) -> None:
        self.file = home / "users.json"
        self.login_file = home / "login.txt"
        self._entries: dict[str, UserEntry] = {}
        self._seen: tuple[int, int] | None = None
        self._nobody = ""

    def prepare(self) -> FirstLogin:
        """Make the file with its first users if there is none; raises UsersFileError for one that is
        unusable.
        """
        if self.file.exists():
            self._read()
            return FirstLogin(self.login_file)
        made = tuple((role.value, _password()) for role in FIRST_USERS)
        entries = {name: {"role": name, "scrypt": hash_password(password)} for name, password in made}
        lines = [f"{name:<10} {password}" for name, password in made]
        write_private(
            self.login_file,
            "Posture Agent: first passwords, one person per role.\n"
            "To change one, edit users.json beside this file; then delete this file.\n\n"
            + "\n".join(lines)
            + "\n",
        )
        write_private(self.file, json.dumps(entries, indent=2) + "\n")
        return FirstLogin(self.login_file, made)

    def check(self, name: str, password: str) -> Role | None:
        """The role of a person whose password is right, else None. Takes as long for a name that does not
        exist.
        """
        self._read()
        entry = self._entries.get(name)
        if not self._nobody:
            self._nobody = hash_password(secrets.token_hex(8))
        stored = entry.scrypt if entry is not None and entry.scrypt else self._nobody
        return entry.role if password_matches(password, stored) and entry is not None else None

    def role(self, name: str) -> Role | None:
        """The role that a person has now; None for someone who is no longer in the file."""
        self._read()
        entry = self._entries.get(name)
        return entry.role if entry is not None else None

    def _read(self) -> None:
        try:
            stat = self.file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp == self._seen:
                return
            entries = _FILE.validate_json(self.file.read_bytes())
        except OSError as error:
            raise UsersFileError(
                f"{self.file} cannot be read ({error.strerror}). Check who owns it."
            ) from error
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"]) or "the file"
            raise UsersFileError(
                f'{self.file} is not as expected at "{where}". Each entry needs a "role" '
                f'({", ".join(r.value for r in Role)}) and a "scrypt" hash or a new "password".'
            ) from None
        if any(entry.password is not None for entry in entries.values()):
            entries = self._hashed(entries)
            stat = self.file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
        self._entries, self._seen = entries, stamp

    def _hashed(self, entries: dict[str, UserEntry]) -> dict[str, UserEntry]:
        out = {}
        for name, entry in entries.items():
            if entry.password is not None:
                entry = UserEntry(role=entry.role, scrypt=hash_password(entry.password.get_secret_value()))
            out[name] = entry
        plain: dict[str, Any] = {
            name: entry.model_dump(mode="json", exclude_none=True) for name, entry in out.items()
        }
        write_private(self.file, json.dumps(plain, indent=2) + "\n")
        return out


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
