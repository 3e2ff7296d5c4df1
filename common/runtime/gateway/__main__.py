"""The command line: ``.venv/bin/python -m common.runtime.gateway COMMAND``; see docs/switching.md."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from common.runtime.errors import OperatorError
from common.runtime.gateway import commands
from common.runtime.gateway.limits import limits_from
from common.runtime.layout import ROOT, VAR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="common.runtime.gateway", description="HAProxy in front of the old application and the new one."
    )
    actions = parser.add_subparsers(dest="command", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text)
        added.add_argument("--folder", type=Path, default=VAR / "gateway", help="default: var/gateway")
        return added

    action("run", "run the gateway until Ctrl-C")
    action("start", "run it in the background")
    action("stop", "end it after the requests under way")
    action("status", "show the share, both sides' counters and the last changes")
    weights = action("traffic", "change the weights of the two sides, or show them")
    weights.add_argument("--legacy", help="weight of the old application")
    weights.add_argument("--new", help="weight of the new services")
    walk = action("cutover", "walk to the new side, watching it")
    walk.add_argument("--back", action="store_true", help="give everything back to the old side instead")
    walk.add_argument("--steps", default="", help='percentages; default "1 5 25 50 100"')
    walk.add_argument("--hold", default="", help="seconds at each step; default 60")
    walk.add_argument("--window", default="", help="seconds that are looked at together; default 5")
    walk.add_argument("--max-errors", default="", help="percent of failed requests that are borne; default 1")
    walk.add_argument("--max-ms", default="", help="milliseconds for 95 of 100 answers; default 1000")
    return parser


def _chosen(options: argparse.Namespace) -> Callable[[], int]:
    folder = ROOT / options.folder
    if options.command == "traffic":
        return lambda: commands.traffic(folder, options.legacy, options.new)
    if options.command == "cutover":
        limits = limits_from(options.steps, options.hold, options.window, options.max_errors, options.max_ms)
        return lambda: commands.cutover(folder, limits, back=options.back)
    return {
        "run": lambda: commands.run(folder),
        "start": lambda: commands.start(folder),
        "stop": lambda: commands.stop(folder),
        "status": lambda: commands.status(folder),
    }[str(options.command)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; exit code 2 and one sentence for trouble that the person can put right."""
    options = _parser().parse_args(arguments)
    try:
        return _chosen(options)()
    except OperatorError as error:
        print(f"hrms: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
