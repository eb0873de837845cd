"""Root fields that are no rows of tables: who may ask, and Strawberry's resolver."""

import inspect
from typing import Any

import strawberry
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from app.bridge.errors import NotAllowed, NotLoggedIn
from app.bridge.registry import Custom


def custom_field(name: str, field: Custom) -> StrawberryField:
    """The Strawberry field of a custom root field."""
    function = field.function
    signature = inspect.signature(function)
    _, *arguments = signature.parameters.values()

    async def resolve(info: Any, **values: Any) -> Any:
        viewer = info.context.request.executor.viewer
        if viewer.kind not in field.who:
            if not viewer.values:
                raise NotLoggedIn("log in first")
            raise NotAllowed(f"you may not read {to_camel_case(name)}")
        return await function(info.context, **values)

    # Strawberry reads the types of arguments from the signature, in the names of the module.
    resolve.__module__, resolve.__name__ = function.__module__, name
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
    resolve.__signature__ = signature.replace(parameters=[info, *arguments])  # type: ignore[attr-defined]
    resolve.__annotations__ = {
        "info": Info,
        **{each.name: each.annotation for each in arguments},
        "return": signature.return_annotation,
    }
    made: StrawberryField = strawberry.field(
        resolver=resolve, description=inspect.cleandoc(function.__doc__ or "")
    )
    made.python_name = name
    return made
