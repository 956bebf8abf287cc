"""checkov in this process: imported when first needed, offline, one run at a time, its noise kept in."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import logging
import os
import tempfile
import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

INSTALL = 'install it with: pip install "posture-agent[verify]"'
_ENVIRONMENT = {
    "CHECKOV_PARALLELIZATION_TYPE": "none",
    "LOG_LEVEL": "CRITICAL",
    "CHECKOV_RUN_SCA_PACKAGE_SCAN_V2": "false",
}
_CACHE_SIZE = 32
_lock = threading.Lock()
_cache: OrderedDict[str, Scan] = OrderedDict()


class ScannerUnavailable(Exception):
    """checkov is absent or cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Outcomes as (check id, resource address), the version, and the files that checkov could not read."""

    failed: frozenset[tuple[str, str]]
    passed: frozenset[tuple[str, str]]
    unread: tuple[str, ...]
    version: str
    names: dict[str, str]


def scan(files: dict[str, str]) -> Scan:
    """Scans Terraform texts by file name. Raises `ScannerUnavailable`."""
    key = hashlib.sha256(repr(sorted(files.items())).encode("utf-8", "surrogatepass")).hexdigest()
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
        with _contained():
            result = _run(files)
        _cache[key] = result
        if len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
        return result


def _run(files: dict[str, str]) -> Scan:
    runner_type, filter_type, version = _checkov()
    with tempfile.TemporaryDirectory(prefix="posture-") as folder:
        root = Path(folder)
        for name, text in files.items():
            pure = PurePosixPath(name)
            if pure.is_absolute() or ".." in pure.parts:
                raise ValueError("a file name leads out of the folder")
            path = root / pure
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        try:
            report = runner_type().run(
                root_folder=folder,
                runner_filter=filter_type(framework=["terraform"], show_progress_bar=False),
            )
        except Exception as error:
            raise ScannerUnavailable(
                f"checkov failed on this text ({type(error).__name__}); scan it by hand."
            ) from error
    reports = report if isinstance(report, list) else [report]
    failed = {(c.check_id, c.resource): c.check_name for r in reports for c in r.failed_checks}
    good = {(c.check_id, c.resource): c.check_name for r in reports for c in r.passed_checks}
    unread = tuple(os.path.relpath(path, folder) for r in reports for path in r.parsing_errors)
    names = {check: name for (check, _), name in (good | failed).items()}
    return Scan(frozenset(failed), frozenset(good), unread, version, names)


def _checkov() -> tuple[Any, Any, str]:
    try:
        runner = importlib.import_module("checkov.terraform.runner")
        runner_filter = importlib.import_module("checkov.runner_filter")
        version = importlib.import_module("checkov.version")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "checkov":
            raise ScannerUnavailable(f"checkov is not installed; {INSTALL}") from error
        raise ScannerUnavailable(f"checkov lacks the module {error.name}; {INSTALL}") from error
    except ImportError as error:
        raise ScannerUnavailable(
            f"checkov cannot be loaded ({error.name or 'a module'} is of another package: python-hcl2 and "
            "bc-python-hcl2 "
            "share a name); reinstall bc-python-hcl2 without python-hcl2"
        ) from error
    return runner.Runner, runner_filter.RunnerFilter, str(version.version)


class _OfThread(logging.Filter):
    """Lets nothing through that this thread logs."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self.thread


@contextlib.contextmanager
def _contained() -> Iterator[None]:
    """checkov warns, logs, and sets up the root logger when imported: none of it may show or stay."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    silent = logging.NullHandler()
    quiet = _OfThread()
    root.addHandler(silent)
    for handler in handlers:
        handler.addFilter(quiet)
    saved = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        for handler in handlers:
            handler.removeFilter(quiet)
        for handler in [one for one in root.handlers if one not in handlers]:
            root.removeHandler(handler)
        root.setLevel(level)
