"""``python -m common.runtime.demo``: exit code 0 only if everything that was shown also held."""

import sys

from common.runtime.client import Client, SignIn, UnansweredError
from common.runtime.databases import Databases
from common.runtime.demo import chapters
from common.runtime.demo.scene import Scene
from common.runtime.demo.story import Story
from common.runtime.errors import OperatorError
from common.runtime.interruption import Interruption
from common.runtime.layout import HR_ADMIN_EMAIL, SERVICES, VAR
from common.runtime.quiet import NotQuietError
from common.runtime.stack import Stack


def main() -> int:
    """Runs the demo on fresh data in var/demo and stops everything, whatever happens."""
    signals = Interruption()
    stack = Stack(VAR / "demo", fsync=False)
    story = Story()
    try:
        stack.remove()
        stack.prepare()
        stack.ensure_admin()
        stack.start_services()
        stack.wait_healthy()
        _tell(stack, story)
    except OperatorError as error:
        print(f"hrms: {error}", file=sys.stderr)
        return 2
    except (UnansweredError, NotQuietError) as error:
        story.check("the system goes on", held=False, found=error)
    except KeyboardInterrupt:
        print("\nInterrupted; stopping (Ctrl-C once more: at once)", flush=True)
        return 130
    finally:
        signals.stopping = True
        stack.stop(signals.hurry)
    return story.close()


def _tell(stack: Stack, story: Story) -> None:
    urls = {name: stack.url(name) for name in SERVICES}
    password = stack.credentials.hr_admin_password
    client = Client(urls, SignIn(urls, HR_ADMIN_EMAIL, password))
    with Databases(stack) as databases:
        scene = Scene(stack, client, databases, story)
        chapters.import_old_data(scene)
        chapters.sign_in(scene, HR_ADMIN_EMAIL, password)
        found = chapters.companies(scene)
        if len(found) < 2:
            story.check("there are two companies to hire into", held=False, found=found)
            return
        chapters.hire(scene, found[0])
        chapters.refuse(scene, found[1])
        chapters.kill_the_orchestrator(scene, found[0])
        chapters.balance(scene)
    client.close()


if __name__ == "__main__":
    sys.exit(main())
