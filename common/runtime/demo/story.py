"""What the person sees: chapters, sentences, and a line for each thing that was checked."""

import sys
import time
from collections.abc import Sequence
from textwrap import indent

from common.runtime.tables import table


class Story:
    """Prints to standard output and remembers what did not hold."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self._checks = 0
        self._chapters = 0
        self._began = time.monotonic()

    def chapter(self, title: str) -> None:
        """Begins a part."""
        self._chapters += 1
        self._print(f"\n{self._chapters}. {title}")

    def tell(self, text: str) -> None:
        """Prints text under the chapter."""
        self._print(indent(text, "   "))

    def show(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Prints a table under the chapter."""
        self.tell(table(head, rows))

    def check(self, sentence: str, held: bool, found: object = "") -> None:
        """Prints whether something that must hold does; ``found`` is what there is when it does not."""
        self._checks += 1
        if held:
            self._print(f"   ✓ {sentence}")
            return
        self.failures.append(sentence)
        self._print(f"   ✗ {sentence}{f' - but: {found}' if found != '' else ''}")

    def equal(self, sentence: str, found: object, wanted: object) -> None:
        """Checks that something found is what was wanted."""
        self.check(f"{sentence}: {found}", found == wanted, f"expected {wanted}")

    def close(self) -> int:
        """Prints the result; 0 when something was checked and everything held."""
        seconds = time.monotonic() - self._began
        held = self._checks - len(self.failures)
        self._print(f"\n{held} of {self._checks} checks held ({seconds:.0f} s)")
        for sentence in self.failures:
            self._print(f"   ✗ {sentence}")
        return 0 if self._checks and not self.failures else 1

    @staticmethod
    def _print(text: str) -> None:
        # A terminal that cannot show a letter gets a question mark, not an exception.
        encoding = sys.stdout.encoding or "ascii"
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
