"""How events and sagas fare, for Prometheus: what stands still, what waits, and for how long."""

from collections.abc import Iterator

from django.db import connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from common.security.tenancy import all_companies

_EVENTS = """
SELECT
    (SELECT count(*) FROM parked_events WHERE state = 'parked'),
    (SELECT coalesce(extract(epoch FROM now() - min(occurred_at)), 0) FROM event_log WHERE position IS NULL),
    (SELECT count(*) FROM sagas WHERE state = 'parked'),
    (SELECT count(*) FROM sagas WHERE state IN ('running', 'compensating') AND deadline_at < now())
"""
_READERS = "SELECT name, extract(epoch FROM now() - last_pull_at) FROM feed_subscribers"
_CURSORS = "SELECT producer, greatest(head - position, 0) FROM feed_cursors"


def flow_metrics() -> Iterator[Metric]:
    """Gauges of this service's own tables."""
    with all_companies("how much stands still, counted for Prometheus"), connection.cursor() as cursor:
        cursor.execute(_EVENTS)
        parked, waiting, stopped, overdue = cursor.fetchone()
        cursor.execute(_READERS)
        readers = cursor.fetchall()
        cursor.execute(_CURSORS)
        cursors = cursor.fetchall()
    yield GaugeMetricFamily("hrms_parked_events", "Events that wait for an operator.", parked)
    yield GaugeMetricFamily(
        "hrms_events_waiting_seconds", "Age of the oldest event that has no position yet.", float(waiting)
    )
    yield GaugeMetricFamily("hrms_parked_sagas", "Sagas that wait for an operator.", stopped)
    yield GaugeMetricFamily("hrms_overdue_sagas", "Sagas that go on after their deadline.", overdue)
    yield _labelled(
        "hrms_reader_silent_seconds", "Since a service last read this one's events.", "subscriber", readers
    )
    yield _labelled(
        "hrms_events_behind", "Events of a producer that are not applied yet.", "producer", cursors
    )


def _labelled(name: str, text: str, label: str, rows: list[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in rows:
        family.add_metric([value], float(number))
    return family
