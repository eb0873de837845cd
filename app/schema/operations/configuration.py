"""The system's configuration, read and changed by administrators."""

import strawberry
from strawberry.scalars import JSON

from app.actions import configuration as actions
from app.bridge import auto, custom
from app.context import Context
from app.policy import ADMINS
from app.schema.registry import mutations, registry

strawberry.enum(actions.ConfigType, name="SystemConfigType", description=actions.ConfigType.__doc__)


@strawberry.type(description="A setting that administrators change while the servers run.")
class SystemConfig:
    """A setting, as the API shows it."""

    key: str = strawberry.field(description="Its name.")
    type: actions.ConfigType = strawberry.field(description="What kind of value it has.")
    value: JSON = strawberry.field(description="Its value: the default, unless it is set.")
    default: JSON = strawberry.field(description="What it is when nobody has set it.")
    description: str = strawberry.field(description="What it does.")
    is_set: bool = strawberry.field(description="Whether an administrator has set it.")


async def _all(context: Context) -> list[SystemConfig]:
    """Every setting of the server, by key."""
    return [_shown(each) for each in await actions.settings(context.engine)]


async def _one(context: Context, key: str) -> SystemConfig | None:
    """One setting of the server; null when nothing is called so."""
    found = await actions.setting(context.engine, key)
    return None if found is None else _shown(found)


def _shown(setting: actions.Setting) -> SystemConfig:
    return SystemConfig(
        key=setting.key,
        type=setting.type,
        value=JSON(setting.value),
        default=JSON(setting.default),
        description=setting.description,
        is_set=setting.is_set,
    )


@registry.query
class ConfigurationQuery:
    """The configuration."""

    system_config: auto = custom(_one, who=ADMINS)
    system_configs: auto = custom(_all, who=ADMINS)


@mutations.field(who=ADMINS, scope=None, system_config=SystemConfig)
async def set_system_config(context: Context, key: str, value: JSON) -> SystemConfig:
    """Give a setting a value of its type. Every server process follows at once."""
    return _shown(await actions.set_value(context, key, value))


@mutations.field(who=ADMINS, scope=None, system_config=SystemConfig)
async def reset_system_config(context: Context, key: str) -> SystemConfig:
    """Give a setting its default again."""
    return _shown(await actions.reset(context, key))
