"""The checks of the estate on AWS, over the answers of AWS's own API."""

from __future__ import annotations

from collections.abc import Iterator

from tools.tenant.estate.checks import Row
from tools.tenant.estate.checks_aws_compute import compute_rows
from tools.tenant.estate.checks_aws_data import data_rows
from tools.tenant.estate.checks_aws_identity import dated_rows, identity_rows
from tools.tenant.estate.checks_aws_network import network_rows

__all__ = ["aws_rows", "dated_rows"]


def aws_rows() -> Iterator[Row]:
    """Checks by kind of resource."""
    yield from network_rows()
    yield from compute_rows()
    yield from data_rows()
    yield from identity_rows()
