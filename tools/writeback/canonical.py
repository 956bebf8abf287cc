"""One byte string per effect, so that an approval can be bound to it by a hash.

The canonical form is JSON with sorted keys, no blanks, ASCII only. Every digest is SHA-256 in lower-case hex.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from tools.writeback.model import CommentPayload, SeverityPayload

# No letters that read like digits, no vowels that make words.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def canonical(value: Mapping[str, Any]) -> str:
    """The canonical JSON text of JSON values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical_payload(payload: CommentPayload | SeverityPayload) -> str:
    """The canonical text that is stored and hashed."""
    return canonical(payload.model_dump(mode="json"))


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def effect_digest(payload: CommentPayload | SeverityPayload) -> str:
    """Digest of the bare effect, the same for two proposals that would do the same thing."""
    return digest(canonical(payload.model_dump(mode="json", exclude={"proposal"})))


def outbox_key(payload_hash: str) -> str:
    """The idempotency key of an approved payload: 32 hex digits, derived from its hash."""
    return digest(f"posture outbox 1 {payload_hash}")[:32]


def marker(payload: CommentPayload, payload_hash: str) -> str:
    """The line by which a comment of ours is found again."""
    return f"[posture {payload.proposal} {outbox_key(payload_hash)[:16]}]"


def comment_text(payload: CommentPayload, payload_hash: str) -> str:
    """The comment exactly as it is sent."""
    return f"{payload.text}\n\n{marker(payload, payload_hash)}"


def new_id(prefix: str) -> str:
    """A short id that is easy to read out, such as `p-7k3m9q2x`."""
    return f"{prefix}-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
