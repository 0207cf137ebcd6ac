"""Migration operation: the database itself refuses to change what is frozen, on both engines.

A later migration that rebuilds one of these tables on SQLite drops its triggers: repeat the operation after it (a test looks).
Repeating replaces the triggers that are there, so it is also how a new column is frozen.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

_FUNCTION = """
CREATE OR REPLACE FUNCTION exams_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is frozen', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
_UNDER_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.{key} ELSE NEW.{key} END;
BEGIN
  IF EXISTS (SELECT 1 FROM {parent} WHERE id = owner AND {when}) THEN
    RAISE EXCEPTION '% is frozen', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
"""


class FreezeColumns(Operation):
    """Refuse to change ``columns`` of a row for which ``when`` (SQL over OLD) holds, and to delete such a row."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, columns: list[str], when: str) -> None:
        self.table, self.columns, self.when = table, columns, when

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.columns, self.when], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        sqlite = schema_editor.connection.vendor == "sqlite"
        differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
        changed = " OR ".join(f'OLD."{c}" {differs} NEW."{c}"' for c in self.columns)
        if sqlite:
            body = f"BEGIN SELECT RAISE(ABORT, '{self.table} is frozen'); END"
        else:
            schema_editor.execute(_FUNCTION, params=None)  # it holds a %, which is no parameter
            body = "EXECUTE FUNCTION exams_refuse_frozen()"
        each = "FOR EACH ROW " if not sqlite else ""
        schema_editor.execute(
            f"CREATE TRIGGER {self.table}_frozen_change BEFORE UPDATE ON {self.table} {each}"
            f"WHEN (({self.when}) AND ({changed})) {body}"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {self.table}_frozen_delete BEFORE DELETE ON {self.table} {each}WHEN ({self.when}) {body}"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        tail = "" if schema_editor.connection.vendor == "sqlite" else f" ON {self.table}"
        for name in ("change", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_frozen_{name}{tail}")

    def describe(self) -> str:
        return f"Freeze columns of {self.table}"


class FreezeUnder(Operation):
    """Refuse to add, change or remove a row of ``table`` whose ``parent`` (by the column ``key``) is as ``when`` says in SQL."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, parent: str, key: str, when: str) -> None:
        self.table, self.parent, self.key, self.when = table, parent, key, when

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.parent, self.key, self.when], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        table, parent, key, when = self.table, self.parent, self.key, self.when
        if schema_editor.connection.vendor != "sqlite":
            schema_editor.execute(_UNDER_FUNCTION.format(table=table, parent=parent, key=key, when=when), params=None)
            schema_editor.execute(
                f"CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse_frozen()"
            )
            return
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} "  # noqa: S608
                f"WHEN EXISTS (SELECT 1 FROM {parent} WHERE id = {row}.{key} AND {when}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_frozen ON {self.table}")
            return
        for verb in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_frozen_{verb}")

    def describe(self) -> str:
        return f"Freeze {self.table} under {self.parent}"


class FreezePaperItems(FreezeUnder):
    """Refuse to add, change or remove an item of a paper that is no draft any more."""

    def __init__(self) -> None:
        super().__init__("exams_paperitem", "exams_paper", "paper_id", "state <> 'draft'")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {}
