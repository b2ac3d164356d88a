"""Tables: from the files of strangers, and for people."""

from tracker.tables.reading import read
from tracker.tables.table import Row, Table, address
from tracker.tables.writing import Field, Sheet, described, template, to_csv, to_xlsx

__all__ = ["Field", "Row", "Sheet", "Table", "address", "described", "read", "template", "to_csv", "to_xlsx"]
