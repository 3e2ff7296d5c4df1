"""One Celery configuration for six projects: Redis carries doorbells, PostgreSQL carries the work."""

import os
from importlib import import_module

from celery import Celery

from common.conf.service import Service

# Shared by all six apps on purpose: the shortest visibility timeout on a Redis database wins.
VISIBILITY_TIMEOUT = 120
REQUIRED = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_ignore_result": True,
    "task_serializer": "json",
    "accept_content": ["json"],
    "broker_connection_max_retries": None,
    "broker_connection_retry_on_startup": True,
    "task_create_missing_queues": True,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "task_default_exchange_type": "direct",
    "broker_transport": "common.messaging.transport:SignedTransport",
}


def load_app(service: Service) -> Celery:
    """The service's Celery application, made current, for processes that Celery did not start."""
    app: Celery = import_module(f"{service.package}.celery").app
    app.set_current()
    app.loader.import_default_modules()
    app.finalize()
    return app


def queues(service: str) -> tuple[str, str, str]:
    """The queues a service's worker listens on: own tasks, events of others, saga commands and answers."""
    return (service, f"{service}.events", f"{service}.saga")


def make_celery(service: Service) -> Celery:
    """The Celery application of ``service``; reads Django's settings for the broker's address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{service.package}.settings")
    # Celery would load every view at the start of a worker only to check it; the web process does that.
    os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
    from django.conf import settings

    from common.api.schedule import COMMON_BEAT_SCHEDULE

    app = Celery(service.name, set_as_current=True)
    # For threads, too: the relay publishes from several.
    app.set_default()
    app.conf.update(
        REQUIRED,
        broker_url=settings.REDIS_URL,
        task_default_queue=service.name,
        task_default_routing_key=service.name,
        timezone="UTC",
        broker_transport_options={
            "visibility_timeout": VISIBILITY_TIMEOUT,
            # Its own, that no other service's Redis user can touch.
            "unacked_key": f"{service.name}.unacked",
            "unacked_index_key": f"{service.name}.unacked_index",
            "unacked_mutex_key": f"{service.name}.unacked_mutex",
            "unacked_mutex_expire": 1,
            "priority_steps": [0],
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "retry_on_timeout": False,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.2,
            "interval_max": 0.5,
        },
        task_publish_retry=False,
        worker_hijack_root_logger=False,
        worker_proc_alive_timeout=30,
        beat_schedule={**COMMON_BEAT_SCHEDULE, **getattr(settings, "BEAT_SCHEDULE", {})},
        beat_max_loop_interval=5,
    )
    app.autodiscover_tasks()
    return app
