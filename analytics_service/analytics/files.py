"""The files of reports: rows go to the disk as they come, whatever stands in them stays text.

A cell that a spreadsheet would take for a formula gets an apostrophe in front in CSV, which knows no types;
in XLSX it is written as text. Numbers with leading zeros stay as they are.
"""

import csv
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import xlsxwriter
from django.utils import timezone

from analytics_service.analytics.choices import ReportFormat
from analytics_service.analytics.exceptions import TooManyRowsError
from common.spreadsheets import harmless

SHEET_ROWS = 1_048_575
"""Rows of data on a sheet of XLSX, below the headings."""
XLSX_ROWS = 3_000_000
LONGEST_CELL = 32_767


class ReportFile(ABC):
    """A file that rows are appended to; ``close`` makes it whole, ``abandon`` frees what it holds."""

    content_type: ClassVar[str]

    @abstractmethod
    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows; raises TooManyRowsError."""

    @abstractmethod
    def close(self) -> None:
        """Write out what is left."""

    @abstractmethod
    def abandon(self) -> None:
        """Close without making it whole."""


class CsvFile(ReportFile):
    """UTF-8 with a byte order mark, by which Excel knows Arabic."""

    content_type = "text/csv"

    def __init__(self, path: Path, headings: Sequence[str], *, right_to_left: bool) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(headings)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows."""
        self._writer.writerows([[as_text(value) for value in row] for row in rows])

    def close(self) -> None:
        """Write out what is left."""
        self._file.close()

    abandon = close


class XlsxFile(ReportFile):
    """Sheets of at most SHEET_ROWS rows each; a row is on the disk before the next one begins."""

    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, path: Path, headings: Sequence[str], *, right_to_left: bool) -> None:
        # Rows wait in files beside the one they are for.
        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._headings, self._right_to_left = headings, right_to_left
        self._count = 0
        self._begin_sheet()

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows; raises TooManyRowsError beyond XLSX_ROWS."""
        for row in rows:
            if self._count >= XLSX_ROWS:
                raise TooManyRowsError
            if self._place > SHEET_ROWS:
                self._begin_sheet()
            for column, value in enumerate(row):
                self._cell(column, value)
            self._place += 1
            self._count += 1

    def close(self) -> None:
        """Pack the sheets into one file."""
        self._book.close()

    def abandon(self) -> None:
        """Close without packing; the folder goes with what is in it."""
        for sheet in self._book.worksheets():
            with suppress(AttributeError, OSError):
                sheet.row_data_fh.close()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        if self._right_to_left:
            self._sheet.right_to_left()
        self._sheet.freeze_panes(1, 0)
        for column, heading in enumerate(self._headings):
            self._sheet.write_string(0, column, heading, self._bold)
        self._place = 1

    def _cell(self, column: int, value: Any) -> None:
        place, sheet = self._place, self._sheet
        if value is None or value == "":
            return
        if isinstance(value, (int, Decimal)):
            sheet.write_number(place, column, value)
        elif isinstance(value, datetime):
            local = timezone.localtime(value, timezone.get_default_timezone())
            sheet.write_datetime(place, column, local.replace(tzinfo=None), self._time)
        elif isinstance(value, date) and value.year >= 1900:
            sheet.write_datetime(place, column, datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001
        else:
            sheet.write_string(place, column, _spelled(value)[:LONGEST_CELL])


FILES: dict[str, type[CsvFile] | type[XlsxFile]] = {ReportFormat.CSV: CsvFile, ReportFormat.XLSX: XlsxFile}


def as_text(value: Any) -> str:
    """A cell of a CSV file; text that could be taken for a formula is made harmless."""
    if value is None:
        return ""
    if isinstance(value, (int, Decimal)):
        return str(value)
    return harmless(_spelled(value))


def _spelled(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value, timezone.get_default_timezone()).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
