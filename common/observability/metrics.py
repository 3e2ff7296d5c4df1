"""Metrics that are read from the database when Prometheus asks, not counted in a process."""

from collections.abc import Callable, Iterable, Iterator

import structlog
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

Collect = Callable[[], Iterable[Metric]]

log = structlog.get_logger(__name__)


class DatabaseCollector(Collector):
    """Runs every registered function at a scrape; one that fails is counted and leaves the others alone."""

    def __init__(self) -> None:
        self._functions: list[Collect] = []

    def add(self, function: Collect) -> None:
        """Ask ``function`` from the next scrape on."""
        if function not in self._functions:
            self._functions.append(function)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not query the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics of every function."""
        failed = 0
        for function in self._functions:
            try:
                yield from list(function())
            except Exception:
                failed += 1
                log.exception("metrics could not be read", collector=function.__qualname__)
        yield GaugeMetricFamily(
            "hrms_failed_collectors", "Metric functions that failed at this scrape.", failed
        )


_collector = DatabaseCollector()
REGISTRY.register(_collector)


def register_collector(function: Collect) -> None:
    """Show the metric families that ``function`` returns, such as ``GaugeMetricFamily(...)``, at each scrape.

    It runs outside any tenant scope and opens what it needs itself.
    """
    _collector.add(function)
