"""Where the rows go: in bulk into a tenant's store, or as `<dataset>.jsonl` files into a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, TextIO

from pydantic_core import from_json, to_json

from tools.tenant.database import TenantDatabase
from tools.tenant.schema import DATASETS, KNOWN, Columns, quote

Row = Sequence[Any]
BATCH = 20_000

LOGS: Mapping[str, Columns] = {
    "host_inventory": {
        "endpoint_name": "VARCHAR",
        "endpoint_id": "VARCHAR",
        "manufacturer": "VARCHAR",
        "model": "VARCHAR",
        "os_name": "VARCHAR",
        "applications": "JSON",
        "_time": "TIMESTAMP",
    },
    "panw_ngfw_traffic_raw": {
        "_time": "TIMESTAMP",
        "_insert_time": "TIMESTAMP",
        "source_ip": "VARCHAR",
        "source_port": "BIGINT",
        "dest_ip": "VARCHAR",
        "dest_port": "BIGINT",
        "protocol": "VARCHAR",
        "app": "VARCHAR",
        "action": "VARCHAR",
        "rule_matched": "VARCHAR",
        "from_zone": "VARCHAR",
        "to_zone": "VARCHAR",
        "bytes_sent": "BIGINT",
        "bytes_received": "BIGINT",
        "session_id": "BIGINT",
        "log_source_name": "VARCHAR",
    },
    "amazon_aws_raw": {
        "_time": "TIMESTAMP",
        "_insert_time": "TIMESTAMP",
        "account_id": "VARCHAR",
        "interface_id": "VARCHAR",
        "srcaddr": "VARCHAR",
        "dstaddr": "VARCHAR",
        "srcport": "BIGINT",
        "dstport": "BIGINT",
        "protocol": "BIGINT",
        "packets": "BIGINT",
        "bytes": "BIGINT",
        "start": "BIGINT",
        "end": "BIGINT",
        "action": "VARCHAR",
        "log_status": "VARCHAR",
    },
    "servicenow_cmdb_raw": {
        "sys_id": "VARCHAR",
        "name": "VARCHAR",
        "sys_class_name": "VARCHAR",
        "object_id": "VARCHAR",
        "busines_criticality": "VARCHAR",
        "environment": "VARCHAR",
        "data_classification": "VARCHAR",
        "owned_by": "VARCHAR",
        "support_group": "VARCHAR",
        "operational_status": "VARCHAR",
        "sys_updated_on": "TIMESTAMP",
        "_time": "TIMESTAMP",
    },
}
"""Columns of further data sets that the estate fills."""


def columns_of(dataset: str) -> Columns:
    """The columns of a data set, whether the store's own or the estate's."""
    return DATASETS.get(dataset) or KNOWN.get(dataset) or LOGS[dataset]


class Sink(Protocol):
    """Takes rows of data sets."""

    def write(self, dataset: str, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows; `names` says what their values are. JSON goes as text, arrays as lists."""

    def finish(self) -> None:
        """Write what is kept back."""


class StoreSink:
    """Writes into the store, in batches of `BATCH` rows, each a transaction."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._kept: dict[str, tuple[tuple[str, ...], list[Row]]] = {}
        # Bulk rows go to the file's journal first; folding it in at every few megabytes takes half as long again.
        self._setting("SET checkpoint_threshold = '512MB'")

    def write(self, dataset: str, names: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Sink`."""
        kept = self._kept.setdefault(dataset, (tuple(names), []))[1]
        kept.extend(rows)
        if len(kept) >= BATCH:
            self._flush(dataset)

    def finish(self) -> None:
        """See `Sink`."""
        for dataset in self._kept:
            self._flush(dataset)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._setting("RESET checkpoint_threshold")

    def _setting(self, statement: str) -> None:
        cursor = self._database.cursor()
        try:
            cursor.execute(statement)
        finally:
            cursor.close()

    def _flush(self, dataset: str) -> None:
        import numpy as np

        names, rows = self._kept[dataset]
        if not rows:
            return
        database = self._database
        with database.writing() as cursor:
            if not database.columns(dataset):
                database.define(cursor, dataset, columns_of(dataset))
            types = database.columns(dataset) or columns_of(dataset)
            arrays = {}
            for place, values in enumerate(zip(*rows, strict=True)):
                column = np.empty(len(values), dtype=object)
                plain = set(map(type, values)) <= _TEXT
                column[:] = values if plain else [_carried(value) for value in values]
                arrays[f"c{place}"] = column
            wanted = ", ".join(_cast(f"c{place}", types[name]) for place, name in enumerate(names))
            cursor.register("estate_rows", arrays)
            try:
                cursor.execute(
                    f"INSERT INTO {quote(dataset)} ({', '.join(map(quote, names))}) "
                    f"SELECT {wanted} FROM estate_rows"
                )
            finally:
                cursor.unregister("estate_rows")
        rows.clear()


_TEXT = {str, type(None)}


def _carried(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")[:19]
    if isinstance(value, (list, dict)):
        return to_json(value).decode()
    return str(value)


def _cast(name: str, column_type: str) -> str:
    text = f"CAST({name} AS VARCHAR)"
    if column_type == "VARCHAR[]":
        return f"CAST(CAST({text} AS JSON) AS VARCHAR[])"
    return text if column_type == "VARCHAR" else f"CAST({text} AS {column_type})"


class FolderSink:
    """Writes `<dataset>.jsonl` files, as `posture tenant load DIR` takes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, TextIO] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, dataset: str, names: Sequence[str], rows: Sequence[Row]) -> None:
        """See `Sink`."""
        file = self._files.get(dataset)
        if file is None:
            file = self._files[dataset] = (self._folder / f"{dataset}.jsonl").open("w", encoding="utf-8")
        types = columns_of(dataset)
        for row in rows:
            record = {
                name: _plain(value, types[name])
                for name, value in zip(names, row, strict=True)
                if value is not None
            }
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")

    def finish(self) -> None:
        """See `Sink`."""
        for file in self._files.values():
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.finish()


def _plain(value: Any, column_type: str) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")[:19]
    return from_json(value) if column_type == "JSON" and isinstance(value, str) else value
