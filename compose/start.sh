#!/bin/sh
# One process of the image's service: web, worker, or one of its management commands (relay is one of those).
set -eu
case "$1" in
web)
    exec granian --interface wsgi --host 0.0.0.0 --port "$PORT" --workers 1 --no-ws --log-level warning \
        --ssl-certificate /run/secrets/service_certificate --ssl-keyfile /run/secrets/service_certificate_key \
        --blocking-threads "${WEB_THREADS:-8}" "${SERVICE}_service.wsgi:application"
    ;;
worker)
    exec celery -A "${SERVICE}_service.celery:app" worker --pool solo --loglevel warning \
        --queues "$SERVICE,$SERVICE.events,$SERVICE.saga" --without-gossip --without-mingle --without-heartbeat -n "$SERVICE@%h"
    ;;
*)
    exec python "${SERVICE}_service/manage.py" "$@"
    ;;
esac
