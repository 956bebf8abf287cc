"""The HTML page and its Content-Security-Policy: nothing on it may come from, or go to, another host.

Chainlit's page names a style sheet and two fonts on other hosts; they are taken out here, and the policy
would stop them (and any image smuggled into an answer) anyway. `unsafe-eval` stays for scripts because
Chainlit compiles the elements of `static/public/elements` in the browser; inline scripts run only if they are
the page's own, by hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

_OUTSIDE_LINK = re.compile(r"<link\b[^>]*?https?://[^>]*>\s*", re.IGNORECASE | re.DOTALL)
_OUTSIDE_META = re.compile(r"<meta\b[^>]*?https?://[^>]*>\s*", re.IGNORECASE | re.DOTALL)
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL)


def without_outside(html: str) -> str:
    """The page without any link or meta tag that names another host."""
    return _OUTSIDE_META.sub("", _OUTSIDE_LINK.sub("", html))


def script_hashes(html: str) -> tuple[str, ...]:
    """The hashes of the page's inline scripts, as the policy wants them."""
    hashes = (
        base64.b64encode(hashlib.sha256(match.group(1).encode()).digest()).decode()
        for match in _INLINE_SCRIPT.finditer(html)
    )
    return tuple(dict.fromkeys(f"'sha256-{value}'" for value in hashes))


def policy(hashes: tuple[str, ...]) -> str:
    """The Content-Security-Policy of every answer."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'unsafe-eval'", *hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "media-src 'none'",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class CleanPage:
    """Chainlit's page, cleaned; made once, because it depends on files and settings only."""

    def __init__(self, template: Callable[[str], str]) -> None:
        self._template = template
        self._made: dict[str, str] = {}

    def html(self, root_path: str = "") -> str:
        """The page for a root path."""
        if root_path not in self._made:
            self._made[root_path] = without_outside(self._template(root_path))
        return self._made[root_path]

    def policy(self) -> str:
        """The policy that fits this page's inline scripts."""
        return policy(script_hashes(self.html()))
