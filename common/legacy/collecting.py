"""How often Python looks for garbage while the old file's rows pass through."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Things made and not yet gone before the youngest are looked through; and how often that leads to the older ones.
_THRESHOLDS: Final = (200_000, 20, 20)


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Within it garbage in circles is looked for seldom, and never among what was there before.

    A batch makes tens of thousands of things without circles that live until it ends. Looking them through again
    and again, with all of Django, took more time than making them.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
