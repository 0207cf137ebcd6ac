"""Migration operation: the database itself refuses overlapping spells of one owner, on both engines."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class NoOverlap(Operation):
    """Refuse two rows of ``table`` with the same ``owner`` whose [``start``, ``end``] days overlap (``end`` null: open)."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, owner: str, start: str, end: str) -> None:
        self.table, self.owner, self.start, self.end = table, owner, start, end

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.owner, self.start, self.end], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        t, owner, start, end = self.table, self.owner, self.start, self.end
        if schema_editor.connection.vendor == "sqlite":
            for verb, itself in (("INSERT", ""), ("UPDATE", "AND o.id <> NEW.id")):
                schema_editor.execute(
                    f"CREATE TRIGGER {t}_no_overlap_{verb.lower()} BEFORE {verb} ON {t} WHEN EXISTS ("  # noqa: S608
                    f"SELECT 1 FROM {t} o WHERE o.{owner} = NEW.{owner} {itself} "
                    f"AND (NEW.{end} IS NULL OR o.{start} <= NEW.{end}) AND (o.{end} IS NULL OR NEW.{start} <= o.{end})"
                    f") BEGIN SELECT RAISE(ABORT, '{t}: spells overlap'); END"
                )
            return
        # ranges of one number stand in for equality, so that no extension is needed
        schema_editor.execute(
            f"ALTER TABLE {t} ADD CONSTRAINT {t}_no_overlap EXCLUDE USING gist ("
            f"int8range({owner}, {owner}, '[]') WITH &&, daterange({start}, {end}, '[]') WITH &&)"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            for verb in ("insert", "update"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_no_overlap_{verb}")
            return
        schema_editor.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT IF EXISTS {self.table}_no_overlap")

    def describe(self) -> str:
        return f"Refuse overlapping spells in {self.table}"
