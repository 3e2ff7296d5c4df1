"""English, with the day before the month: 3/4/2026 is in April, on both languages' pages."""

from common.conf.formats.day_first import DATES, MOMENTS

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATE_FORMAT = "j/n/Y"
SHORT_DATETIME_FORMAT = "j/n/Y H:i"
DATE_INPUT_FORMATS = DATES
DATETIME_INPUT_FORMATS = MOMENTS
