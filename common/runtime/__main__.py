"""The command line: ``.venv/bin/python -m common.runtime COMMAND``; see docs/operations.md."""

import argparse
import errno
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from common.runtime import commands
from common.runtime.errors import OperatorError

_DISK_TROUBLE = {
    errno.ENOSPC: "the disk is full: make room and run the command again",
    errno.EDQUOT: "your disk quota is used up: make room and run the command again",
    errno.EROFS: "the disk is read-only: mount it for writing, or use a checkout elsewhere",
    errno.EACCES: "this user may not touch it: run the command as its owner, or take it over with chown",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="common.runtime", description="Runs the system on this machine.")
    actions = parser.add_subparsers(dest="command", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text)
        added.add_argument("--stack", default="run", help="folder under var/ (default: run)")
        return added

    action("run", "run the system until Ctrl-C")
    action("start", "run it in the background")
    action("stop", "end it")
    action("status", "show its processes and memory")
    action("reset", "remove its data").add_argument("--yes", action="store_true", help="do not ask")
    logs = action("logs", "show log files")
    logs.add_argument("names", nargs="*", help="services, processes such as employee-worker, postgres, redis")
    logs.add_argument("--follow", action=argparse.BooleanOptionalAction, default=sys.stdout.isatty())
    managing = action("manage", "run a management command of a service")
    managing.add_argument("service", help="such as employee")
    managing.add_argument("arguments", nargs=argparse.REMAINDER)
    for command in ("analyze", "import", "verify", "rollback"):
        carrying = action(command, f"{command} the old application's data, for every service")
        carrying.add_argument("--source", default="", help="the old application's database file")
        carrying.add_argument("--run", default="", help="the run's name; of a rollback, the import's")
        carrying.add_argument("options", nargs=argparse.REMAINDER, help="more for the commands, after --")
    action("backup", "back up every database, encrypted").add_argument("folder", help="a new folder for it")
    restoring = action("restore", "restore a backup into a new stack")
    restoring.add_argument("folder", help="the backup's folder")
    restoring.add_argument("key", help="the file with the private key")
    making = actions.add_parser("backup-key", help="make a key for backups")
    making.add_argument("file", help="a new file for the private key")
    test = actions.add_parser("test", help="run every project's tests")
    test.add_argument("--project", action="append", default=[], help="common, tests or a service's folder")
    test.add_argument("pytest", nargs=argparse.REMAINDER, help="arguments for pytest, after --")
    actions.add_parser("lint", help="run every check of the source")
    actions.add_parser("audit", help="look for known holes, unsafe code, secrets and licences")
    actions.add_parser("translations-check", help="check that every sentence has its translation")
    return parser


def _backup(options: argparse.Namespace) -> int:
    from common.runtime import backup
    from common.runtime.blueprint import Blueprint

    if options.command == "backup-key":
        return backup.make_key(_path(options.file, "KEY"))
    root = commands.stack_root(options.stack)
    if options.command == "backup":
        return backup.back_up(Blueprint(root), _path(options.folder, "TO"))
    return backup.restore(root, _path(options.folder, "FROM"), _path(options.key, "KEY"))


def _chosen(options: argparse.Namespace) -> Callable[[], int]:
    """The command to run; the tests' and checks' code is loaded only for them."""
    if options.command == "test":
        from common.runtime.suites import run_suites

        return lambda: run_suites(options.project, [part for part in options.pytest if part != "--"])
    if options.command in {"lint", "audit"}:
        from common.runtime.audit import run_audit
        from common.runtime.lint import run_checks

        return run_checks if options.command == "lint" else run_audit
    if options.command == "translations-check":
        from common.runtime.lint import check_translations

        return check_translations
    if options.command in {"backup", "restore", "backup-key"}:
        return lambda: _backup(options)
    root = commands.stack_root(options.stack)
    if options.command in {"analyze", "import", "verify", "rollback"}:
        from common.runtime.legacy import legacy

        more = [part for part in options.options if part != "--"]
        return lambda: legacy(root, options.command, source=options.source, run=options.run, arguments=more)
    return {
        "run": lambda: commands.run(root),
        "start": lambda: commands.start(root),
        "stop": lambda: commands.stop(root),
        "status": lambda: commands.status(root),
        "reset": lambda: commands.reset(root, sure=options.yes),
        "manage": lambda: commands.manage_service(root, options.service, options.arguments),
        "logs": lambda: commands.logs(root, options.names, follow=options.follow),
    }[str(options.command)]


def _path(given: str, name: str) -> Path:
    if not given:
        raise OperatorError(f"Say which one: {name}=/path.")
    return Path(given).absolute()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; exit code 2 and one sentence for trouble that the person can put right."""
    options = _parser().parse_args(arguments)
    try:
        return _chosen(options)()
    except OperatorError as error:
        print(f"hrms: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno not in _DISK_TROUBLE:
            raise
        print(f"hrms: {error.filename or 'A file'}: {_DISK_TROUBLE[error.errno]}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
