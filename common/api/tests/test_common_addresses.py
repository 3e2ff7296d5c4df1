"""What stands on every service: health, metrics, the OpenAPI document, its page."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from prometheus_client.core import GaugeMetricFamily

from common.api import health
from common.api.tests.types import Api, Tokens
from common.observability.metrics import DatabaseCollector

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("db")]


def broken() -> Any:
    raise LookupError("on purpose")


@pytest.fixture
def fresh_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_probe", health.DatabaseProbe())


@pytest.mark.usefixtures("fresh_probe")
class TestHealth:
    def test_a_working_service_is_healthy(self, api: Api) -> None:
        answer = api().get("/health")
        assert answer.status_code == 200
        body = answer.json()
        assert body["status"] == "healthy"
        assert body["database"]["status"] == "up"
        assert body["database"]["response_time"] > 0
        assert {"timestamp", "version", "uptime"} <= body.keys()

    def test_a_service_without_its_database_is_not(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        answer = api().get("/health")
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
        assert answer.json()["error"]["details"] == {"database": {"status": "down"}}

    def test_parts_of_a_service_show_their_state_and_a_broken_one_harms_nothing(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health, "_blocks", {})
        health.register_health_block("email_service", lambda: {"status": "up"})
        health.register_health_block("sms_service", broken)
        body = api().get("/health").json()
        assert body["email_service"] == {"status": "up"}
        assert body["sms_service"] == {"status": "unknown"}


def test_metrics_are_exported(api: Api) -> None:
    answer = api().get("/metrics")
    assert answer.status_code == 200
    assert b"django_http_requests" in answer.content
    assert b"hrms_failed_collectors 0.0" in answer.content


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic the-token", "Bearer the-tokens"])
def test_metrics_are_for_whoever_has_their_token(api: Api, settings: Any, header: str) -> None:
    settings.METRICS_TOKEN = "the-token"
    assert api().get("/metrics", headers={"Authorization": "Bearer the-token"}).status_code == 200
    refused = api().get("/metrics", headers={"Authorization": header} if header else {})
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "UNAUTHENTICATED"
    assert b"django_http" not in refused.content


def test_a_persons_token_opens_no_metrics(api: Api, settings: Any, person_token: Tokens) -> None:
    settings.METRICS_TOKEN = "the-token"
    assert api(person_token(role="super_admin")).get("/metrics").status_code == 401


@pytest.mark.parametrize(
    "way",
    [{"REMOTE_ADDR": "10.0.0.7"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}, {"HTTP_FORWARDED": "for=10.0.0.7"}],
)
def test_without_a_token_metrics_stay_on_their_machine(api: Api, way: dict[str, str]) -> None:
    assert api().get("/metrics", **way).status_code == 401


def test_in_production_metrics_always_need_a_token(api: Api, settings: Any) -> None:
    settings.SERVICE_ENV = "production"
    assert api().get("/metrics").status_code == 401


def test_a_collector_that_fails_is_counted_and_leaves_the_others_alone() -> None:
    collector = DatabaseCollector()
    collector.add(lambda: [GaugeMetricFamily("good", "A number.", 7)])
    collector.add(broken)
    assert {metric.name: metric.samples[0].value for metric in collector.collect()} == {
        "good": 7,
        "hrms_failed_collectors": 1,
    }


def test_the_openapi_document_shows_what_goes_in_and_out(api: Api) -> None:
    document = api().get("/schema", headers={"Accept": "application/json"}).json()
    post = document["paths"]["/notes"]["post"]
    assert post["operationId"] == "post_notes"
    assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/NoteRequest")
    assert document["components"]["schemas"]["NoteRequest"]["additionalProperties"] is False
    assert {"400", "401", "403", "413", "415", "422"} <= post["responses"].keys()
    get = document["paths"]["/notes"]["get"]
    assert {parameter["name"] for parameter in get["parameters"]} == {"page", "limit", "cursor", "method"}
    assert "404" in document["paths"]["/things/{thing_id}"]["get"]["responses"]
    assert "security" not in document["paths"]["/public"]["post"]


def test_the_documents_page_needs_nothing_from_elsewhere(api: Api) -> None:
    answer = api().get("/docs", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert b"//cdn" not in answer.content
    assert b"http" not in answer.content.replace(b"http://testserver", b"").replace(b"http-equiv", b"")


def test_a_browser_gets_the_browsable_api(api: Api, person_token: Tokens, company_id: UUID) -> None:
    answer = api(person_token(company_id=company_id)).get("/scope", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert b"<!DOCTYPE html>" in answer.content
    refused = api().get("/scope", headers={"Accept": "text/html"})
    assert refused.status_code == 401
    assert b"<!DOCTYPE html>" in refused.content
