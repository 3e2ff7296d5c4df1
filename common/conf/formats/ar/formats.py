"""Arabic as in Kuwait: 850.500 dinars are not 850 thousand, which Django's separators would make of them."""

from common.conf.formats.day_first import DATES, MOMENTS

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y، g:i A"
SHORT_DATE_FORMAT = "j/n/Y"
SHORT_DATETIME_FORMAT = "j/n/Y g:i A"
DATE_INPUT_FORMATS = DATES
DATETIME_INPUT_FORMATS = MOMENTS
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
