"""What the checker, the plan and the planner know of datasets, columns and values."""

from tools.xql.catalog.catalog import Catalog
from tools.xql.catalog.model import ColumnInfo, DatasetInfo

__all__ = ["Catalog", "ColumnInfo", "DatasetInfo"]
