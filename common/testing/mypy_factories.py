"""A mypy plugin: calling a factory gives the row it makes, which factory_boy's metaclass does not say."""

from collections.abc import Callable

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import TypeInfo
from mypy.plugin import FunctionContext, Plugin
from mypy.types import Instance, Type, get_proper_type

FACTORY = "factory.base.BaseFactory"


class FactoryPlugin(Plugin):
    """``UserFactory(...)`` has the type that ``UserFactory.create(...)`` has."""

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """The hook for calls of classes that are factories."""
        symbol = self.lookup_fully_qualified(fullname)
        if symbol is not None and isinstance(symbol.node, TypeInfo) and symbol.node.has_base(FACTORY):
            return _made_by
        return None


def _made_by(context: FunctionContext) -> Type:
    made = get_proper_type(context.default_return_type)
    if not isinstance(made, Instance):
        return made
    base = next(info for info in made.type.mro if info.fullname == FACTORY)
    return map_instance_to_supertype(made, base).args[0]


def plugin(version: str) -> type[Plugin]:
    """What mypy asks for."""
    return FactoryPlugin
