"""`tenant.json` in the data directory: where the running local tenant is, and its key.

Readable by its owner only.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_serializer

from tools.cortex.config import AdvancedKey, CortexConfig

NAME = "tenant.json"


class TenantFile(BaseModel):
    """What another process needs to reach the running tenant."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str = Field(pattern=r"^http://(127\.0\.0\.1|\[::1\]):\d+$")
    key_id: str
    key: SecretStr
    pid: int = Field(gt=0)

    @field_serializer("key", when_used="json")
    def _plain_key(self, key: SecretStr) -> str:
        return key.get_secret_value()

    def cortex(self) -> CortexConfig:
        """How a client reaches it."""
        return CortexConfig(
            base_url=self.url, auth=AdvancedKey(key_id=self.key_id, key=self.key), gzip_streams=False
        )

    def write(self, home: Path) -> None:
        """Put the file in place, whole or not at all."""
        path = home / NAME
        temporary = home / f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.model_dump_json())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def remove(self, home: Path) -> None:
        """Take the file away, unless another process has put its own there."""
        found = read(home)
        if found is not None and found.pid == self.pid and found.url == self.url:
            (home / NAME).unlink(missing_ok=True)

    @property
    def process_alive(self) -> bool:
        """Whether its process still exists (a process id may be in use again by another one)."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True


def read(home: Path) -> TenantFile | None:
    """The file, or `None` if there is none or it cannot be understood (a leftover of an older version)."""
    try:
        return TenantFile.model_validate(json.loads((home / NAME).read_text("utf-8")))
    except (OSError, ValueError, ValidationError):
        return None
