"""``python -m tests.soak --minutes M --seed S``: exit code 0 only if every check holds."""

import argparse
import random
import sys

from common.runtime.client import UnansweredError
from common.runtime.databases import Databases
from common.runtime.demo.story import Story
from common.runtime.errors import OperatorError
from common.runtime.interruption import Interruption
from common.runtime.layout import VAR
from common.runtime.quiet import NotQuietError
from common.runtime.stack import Stack
from tests.soak.run import Soak, soak_for


def main() -> int:
    """Runs a soak on fresh data in var/soak and stops everything, whatever happens."""
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="repeat rounds for so long (default: one round)"
    )
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10_000), help="order of events"
    )
    parser.add_argument("--hires", type=int, default=1_000, help="hires of a round")
    options = parser.parse_args()
    signals = Interruption()
    stack = Stack(VAR / "soak", fsync=False)
    story = Story()
    try:
        stack.remove()
        stack.prepare()
        stack.ensure_admin()
        stack.start_services()
        stack.wait_healthy()
        with Databases(stack) as databases:
            soak = Soak.begin(stack, databases, options.seed)
            soak_for(soak, story, minutes=options.minutes, hires=options.hires)
    except OperatorError as error:
        sys.stderr.write(f"hrms: {error}\n")
        return 2
    except (UnansweredError, NotQuietError) as error:
        story.check("the system goes on", held=False, found=error)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before the reckoning; stopping.\n")
        return 130
    finally:
        signals.stopping = True
        stack.stop(signals.hurry)
    return story.close()


if __name__ == "__main__":
    sys.exit(main())
