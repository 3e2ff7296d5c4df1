# Everything a person does with this repository. Needs make and Python >= 3.11, nothing else.

.DEFAULT_GOAL := help
.NOTPARALLEL:

RUNTIME := .venv/bin/python -m common.runtime
GATEWAY := .venv/bin/python -m common.runtime.gateway
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

.PHONY: help setup tools run start stop status reset logs manage analyze import verify rollback test fuzz lint audit gateway gateway-stop gateway-status \
    traffic cutover demo soak backup-key backup restore bench-saga bench-api bench-rls bench-events bench-legacy crash-import attack lock

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## make .venv and install what the lock says; does nothing when that is done
	@python=$$(sh common/runtime/find-python.sh) || exit 2; exec "$$python" -m common.runtime.bootstrap

tools: ## the same with what tests, checks and measurements need; they call it by themselves
	@python=$$(sh common/runtime/find-python.sh) || exit 2; exec "$$python" -m common.runtime.bootstrap --tools

run: setup ## start everything and stay (Ctrl-C ends it); PORT_BASE=4001 PORT_AUTH=… choose ports
	@exec $(RUNTIME) run

start: setup ## the same in the background; returns when every service is healthy
	@exec $(RUNTIME) start

stop: setup ## end what `make start` or `make run` started
	@exec $(RUNTIME) stop

status: setup ## processes with pid, uptime, restarts and memory
	@exec $(RUNTIME) status

reset: setup ## remove all data after asking; YES=1 does not ask
	@exec $(RUNTIME) reset $(if $(YES),--yes)

logs: setup ## follow the logs; SERVICE=employee or SERVICE=employee-worker shows only those
	@exec $(RUNTIME) logs $(SERVICE)

manage: setup ## a management command: SERVICE=employee ARGS="doctor"
	@exec $(RUNTIME) manage "$(SERVICE)" $(ARGS)

analyze: setup ## look at the old application's file, changing nothing: SOURCE=old.db
	@exec $(RUNTIME) analyze --source "$(SOURCE)" --run "$(RUN)" -- $(ARGS)

import: setup ## bring the old application's file over: SOURCE=old.db ARGS="--dry-run" or "--incremental"
	@exec $(RUNTIME) import --source "$(SOURCE)" --run "$(RUN)" -- $(ARGS)

verify: setup ## compare what is here with the old application's file: SOURCE=old.db
	@exec $(RUNTIME) verify --source "$(SOURCE)" --run "$(RUN)" -- $(ARGS)

rollback: setup ## take an import back: RUN=its-name or SOURCE=old.db for the last one; ARGS="--dry-run"
	@exec $(RUNTIME) rollback --source "$(SOURCE)" --run "$(RUN)" -- $(ARGS)

test: tools ## every project's tests; PROJECT=auth_service and ARGS="-k words" choose some
	@exec $(RUNTIME) test $(if $(PROJECT),--project $(PROJECT)) -- $(ARGS)

fuzz: tools ## made-up requests: CASES=200 to every operation; SEED= repeats a run
	@FUZZ_CASES=$(or $(CASES),200) FUZZ_SEED=$(or $(SEED),$(shell date +%s)) \
	    .venv/bin/python -m pytest tests/e2e/fuzzing $(ARGS)

lint: tools ## style, types, import rules, missing migrations and translations
	@exec $(RUNTIME) lint

audit: tools ## known holes, unsafe code, secrets, licences; the list of parts to var/sbom.cdx.json; AUDIT_ONLINE=1
	@exec $(RUNTIME) audit

gateway: setup ## HAProxy in front of the old application and the services: LEGACY_URL=http://… GATEWAY_PORT=3000
	@exec $(GATEWAY) start

gateway-stop: setup ## end the gateway after the requests under way
	@exec $(GATEWAY) stop

gateway-status: setup ## who is on which side, what each side answered, the last changes
	@exec $(GATEWAY) status

traffic: setup ## weights of the two sides, at once: LEGACY=90 NEW=10; shows them when none is given
	@exec $(GATEWAY) traffic $(if $(LEGACY),--legacy "$(LEGACY)") $(if $(NEW),--new "$(NEW)")

cutover: setup ## walk to the new side and watch it: STEPS="1 5 25 50 100" HOLD=60 MAX_ERRORS=1 MAX_MS=1000; BACK=1
	@exec $(GATEWAY) cutover $(if $(BACK),--back) --steps "$(STEPS)" --hold "$(HOLD)" --window "$(WINDOW)" \
	    --max-errors "$(MAX_ERRORS)" --max-ms "$(MAX_MS)"

attack: tools ## what an attacker would try, on a system of its own: attempts and leaks; SHORT=1 tries a third
	@ATTACK=1 $(if $(SHORT),,LONG=1) .venv/bin/python -m pytest tests/attack -q $(ARGS)

backup-key: setup ## make the key that backups are encrypted for: KEY=/elsewhere/backup.key
	@exec $(RUNTIME) backup-key "$(KEY)"

backup: setup ## back up all databases, encrypted for BACKUP_PUBLIC_KEY: TO=/new/folder; the system runs on
	@exec $(RUNTIME) backup $(if $(STACK),--stack $(STACK)) "$(TO)"

restore: setup ## restore a backup where no data is (`make reset` first, or STACK=name): FROM=/folder KEY=/its/key
	@exec $(RUNTIME) restore $(if $(STACK),--stack $(STACK)) "$(FROM)" "$(KEY)"

demo: setup ## import the old data, hire, refuse a hire, kill a worker in mid-saga, and check all of it
	@exec $(RUNTIME).demo

soak: tools ## 1,000 hires while workers are killed and Redis is emptied; MINUTES= SEED=
	@exec .venv/bin/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

crash-import: tools ## an import of an old file, killed at KILLS=50 random moments; SEED= repeats a run
	@LONG=1 LEGACY_KILLS=$(or $(KILLS),50) LEGACY_SEED=$(SEED) \
	    .venv/bin/python -m pytest tests/legacy/test_killed.py $(ARGS)

bench-saga: tools ## sagas per second, single and in bulk, beside three bare commits
	@exec .venv/bin/python -m tests.bench.saga $(ARGS)

bench-api: tools ## lists of 50 at 100,000 rows beside a bare handler; ARGS="--only employees"
	@exec .venv/bin/python -m tests.bench.api $(ARGS)

bench-rls: tools ## what row-level security adds to the big lists; ARGS="--only employees"
	@exec .venv/bin/python -m tests.bench.rls $(ARGS)

bench-events: tools ## time from commit to effect in a consumer
	@exec .venv/bin/python -m tests.bench.events $(ARGS)

bench-legacy: tools ## rows of an old file per second beside pgloader and plain COPY; ARGS="--employees 200000"
	@exec .venv/bin/python -m tests.bench.legacy $(ARGS)

lock: ## write the lock files anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "hrms: uv is missing: install it with \`pip install uv\`."; exit 2; }
	$(LOCK) pyproject.toml -o requirements/main.lock
	$(LOCK) pyproject.toml --group dev --constraint requirements/main.lock -o requirements/development.lock
	$(LOCK) --group embedded -o requirements/embedded.lock
	$(LOCK) --group gateway -o requirements/gateway.lock
	$(LOCK) --group sqlcipher -o requirements/sqlcipher.lock
