"""The lists of the analytics service, and its figures by their parts, cost the same at any size."""

from collections.abc import Callable
from typing import ClassVar
from uuid import uuid4

from analytics_service.analytics.choices import Dimension, Metric
from analytics_service.analytics.tests.factories import CachedMetricFactory, ReportFactory, StoredEventFactory
from common.days import today
from common.testing.lists import Asking, ListRules, More


def events(asking: Asking) -> More:
    return lambda count: StoredEventFactory.create_batch(count, company_id=asking.company_id)


def reports(asking: Asking) -> More:
    return lambda count: ReportFactory.create_batch(count, company_id=asking.company_id)


def by_department(*metrics: Metric) -> Callable[[Asking], More]:
    def maker(asking: Asking) -> More:
        asking.query = {"group_by": "department"}

        def more(count: int) -> None:
            for _ in range(count):
                department = str(uuid4())
                for metric in metrics:
                    CachedMetricFactory.create(
                        company_id=asking.company_id,
                        metric=metric,
                        dimension=Dimension.DEPARTMENT,
                        member=department,
                        day=today(),
                        value=1,
                    )

        return more

    return maker


class TestLists(ListRules):
    makers: ClassVar = {
        "events": events,
        "reports": reports,
        "headcount": by_department(Metric.HEADCOUNT),
        "joiners": by_department(Metric.JOINERS),
        "leavers": by_department(Metric.LEAVERS),
        "turnover": by_department(Metric.HEADCOUNT, Metric.JOINERS, Metric.LEAVERS),
        "leave": by_department(Metric.LEAVES, Metric.LEAVE_DAYS),
        "deductions": by_department(Metric.DEDUCTIONS, Metric.DEDUCTION_AMOUNT),
    }
