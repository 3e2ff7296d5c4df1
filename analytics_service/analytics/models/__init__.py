"""The tables of the analytics service."""

from analytics_service.analytics.models.events import StoredEvent
from analytics_service.analytics.models.facts import EmployeeItem, EmploymentFact, ExpiringItem
from analytics_service.analytics.models.metrics import CachedMetric
from analytics_service.analytics.models.reports import Report

__all__ = ["CachedMetric", "EmployeeItem", "EmploymentFact", "ExpiringItem", "Report", "StoredEvent"]
