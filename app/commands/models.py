"""What the table classes say and no migration makes: the change that Piccolo would write."""

import ast
import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.new import AutoMigrationManager, render_template
from piccolo.conf.apps import AppConfig, Finder

from app.database import MigrationError


@dataclass(frozen=True, slots=True)
class ModelChange:
    """The change of one app: a sentence for each part, and the text of its migration."""

    app_name: str
    parts: tuple[str, ...]
    text: str

    async def apply(self) -> None:
        """Make the change, unrecorded, where the current task's statements go."""
        names: dict[str, Any] = {"__name__": "unwritten_migration"}
        exec(compile(self.text, "<unwritten migration>", "exec"), names)  # noqa: S102 - Piccolo's
        manager = await names["forwards"]()
        if not isinstance(manager, MigrationManager):
            raise MigrationError("Piccolo's change of the models cannot be run.")
        with contextlib.redirect_stdout(io.StringIO()):
            await manager.run()


async def unmigrated(configs: Sequence[AppConfig] | None = None) -> list[ModelChange]:
    """The changes for which there is no migration; none when models and migrations agree.

    A changed condition of a `Unique` or `Check` is only seen because its name holds its hash.
    """
    found = []
    for config in Finder().get_app_configs() if configs is None else configs:
        if not config.table_classes:
            continue
        # Every question whether something was renamed is answered with yes: what results is alike.
        with contextlib.redirect_stdout(io.StringIO()):  # it counts aloud
            alterations = await AutoMigrationManager(auto_input="y").get_alter_statements(config)
        statements = [text for part in alterations for text in part.statements]
        if not statements:
            continue
        imports = {item for part in alterations for item in part.extra_imports}
        definitions = {item for part in alterations for item in part.extra_definitions}
        text = render_template(  # type: ignore[no-untyped-call]
            migration_id="unwritten",
            auto=True,
            alter_statements=statements,
            extra_imports=sorted(imports, key=repr),
            extra_definitions=sorted(definitions, key=str),
            app_name=config.app_name,
            description="",
        )
        found.append(ModelChange(config.app_name, tuple(map(_sentence, statements)), text))
    return found


def _sentence(statement: str) -> str:
    """`manager.add_column(...)` in words."""
    call = ast.parse(statement.strip(), mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    values = {
        item.arg: str(item.value.value)
        for item in call.keywords
        if isinstance(item.value, ast.Constant)
    }
    table = values.get("table_class_name") or values.get("class_name") or values.get("tablename")
    part = values.get("column_name") or values.get("constraint_name") or values.get("new_name")
    what = call.func.attr.replace("_", " ")
    return f"No migration does this: {what} {table}{f'.{part}' if part else ''}."
