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
_PAPER_FUNCTION = """
CREATE OR REPLACE FUNCTION exams_refuse_frozen_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.paper_id ELSE NEW.paper_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM exams_paper WHERE id = owner AND state <> 'draft') THEN
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


class FreezePaperItems(Operation):
    """Refuse to add, change or remove an item of a paper that is no draft any more."""

    reversible = True
    reduces_to_sql = True

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        if schema_editor.connection.vendor != "sqlite":
            schema_editor.execute(_PAPER_FUNCTION, params=None)
            schema_editor.execute(
                "CREATE TRIGGER exams_paperitem_frozen BEFORE INSERT OR UPDATE OR DELETE ON exams_paperitem "
                "FOR EACH ROW EXECUTE FUNCTION exams_refuse_frozen_paper()"
            )
            return
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            schema_editor.execute(
                f"CREATE TRIGGER exams_paperitem_frozen_{verb.lower()} BEFORE {verb} ON exams_paperitem "  # noqa: S608
                f"WHEN EXISTS (SELECT 1 FROM exams_paper WHERE id = {row}.paper_id AND state <> 'draft') "
                "BEGIN SELECT RAISE(ABORT, 'exams_paperitem is frozen'); END"
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            schema_editor.execute("DROP TRIGGER IF EXISTS exams_paperitem_frozen ON exams_paperitem")
            return
        for verb in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS exams_paperitem_frozen_{verb}")

    def describe(self) -> str:
        return "Freeze the items of a paper that is open"
