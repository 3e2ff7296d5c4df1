"""Names for the types of fixtures."""

from collections.abc import Callable
from typing import Any, TypeAlias

Api: TypeAlias = Callable[..., Any]
Tokens: TypeAlias = Callable[..., str]
