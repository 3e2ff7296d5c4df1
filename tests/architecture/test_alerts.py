"""Every alert looks at a metric that there is, and says what to do."""

import re
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT, modules

RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "compose" / "alerts.yml").read_text(encoding="utf-8"))[
    "groups"
][0]["rules"]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose" / "compose.yaml").read_text(encoding="utf-8"))
PROMETHEUS: dict[str, Any] = yaml.safe_load((ROOT / "compose" / "prometheus.yml").read_text(encoding="utf-8"))
# Made by Prometheus itself and by django-prometheus.
OF_OTHERS = {"up", "django_http_responses_total_by_status_total"}
METRIC = re.compile(r"\b(?:hrms|django)_\w+|\bup\b")
MADE = re.compile(r'(Counter|CounterMetricFamily|GaugeMetricFamily|_labelled)\(\s*"(hrms_\w+)"')


def _made() -> set[str]:
    return {
        f"{name}_total" if kind.startswith("Counter") else name
        for path in modules()
        for kind, name in MADE.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_looks_at_metrics_that_there_are(rule: dict[str, Any]) -> None:
    metrics = set(METRIC.findall(rule["expr"]))
    assert metrics
    assert metrics - OF_OTHERS - _made() == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_has_its_step_among_the_operators(rule: dict[str, Any]) -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{rule['alert']}` \| \S.* \| \S.* \|$", text, re.M)


def test_prometheus_reads_the_alerts() -> None:
    (file,) = PROMETHEUS["rule_files"]
    assert f"./alerts.yml:{file}:ro" in COMPOSE["services"]["prometheus"]["volumes"]
