"""Background work about requests."""

from celery import shared_task

from employee_service.person_requests.services.advancing import requests_advance


@shared_task(name="person_requests.advance")
def advance_person_requests() -> None:
    """Ask services for their parts; started every few seconds."""
    requests_advance()
