"""What may be typed for a date: the day comes first, as everybody here writes it, or else ISO 8601."""

DATES = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]
MOMENTS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
]
