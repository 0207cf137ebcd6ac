"""Wagtail's database search, cutting Han runs (see ``han``) at index and at query time, on SQLite and PostgreSQL.

The admin's own search, choosers and the site's search all go through it. Searches limited to some fields search all
indexed fields: PostgreSQL would otherwise read the columns themselves, which are not cut.
"""

from __future__ import annotations

import copy
from typing import Any

from django.db import connection
from modelsearch.index import RelatedFields
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

from cms.han import cut_for_index, cut_for_query

NOTHING = Not(MatchAll())


def _cut_value(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_cut_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _cut_value(item) for key, item in value.items()}
    return "" if value is None else cut_for_index(str(value))


def _cut_field(field: Any) -> Any:
    """The same field, whose values come out cut."""
    twin = copy.copy(field)
    if isinstance(field, RelatedFields):
        twin.fields = [_cut_field(sub) for sub in field.fields]
        twin.get_value = lambda obj: field.get_value(getattr(obj, "_cut_origin", obj))
    else:
        twin.get_value = lambda obj: _cut_value(field.get_value(getattr(obj, "_cut_origin", obj)))
    return twin


class _Cut:
    """Stands for an object while its texts are taken."""

    def __init__(self, origin: Any) -> None:
        self._cut_origin = origin
        self.pk = origin.pk

    def get_search_fields(self) -> list[Any]:
        return [_cut_field(field) for field in self._cut_origin.get_search_fields()]


def rewrite(query: SearchQuery) -> SearchQuery:
    """The query over cut tokens. A query in which nothing can be searched finds nothing."""
    if isinstance(query, PlainText | Fuzzy):
        text = cut_for_query(query.query_string)
        return PlainText(text, operator=getattr(query, "operator", "and")) if text else NOTHING
    if isinstance(query, Phrase):
        text = cut_for_query(query.query_string)
        return Phrase(text) if text else NOTHING
    if isinstance(query, And | Or):
        parts = [part for part in (rewrite(part) for part in query.subqueries) if part is not NOTHING]
        return type(query)(parts) if parts else NOTHING
    if isinstance(query, Not):
        inner = rewrite(query.subquery)
        return MatchAll() if inner is NOTHING else Not(inner)
    if isinstance(query, Boost):
        return rewrite(query.subquery)  # SQLite knows no boost
    return query


class _Compiler:
    DEFAULT_OPERATOR = "and"
    query: SearchQuery

    def __init__(self, queryset: Any, query: Any, fields: Any = None, **options: Any) -> None:
        super().__init__(queryset, query, fields=None, **options)  # type: ignore[call-arg]
        self.query = rewrite(self.query)


class _Index:
    def add_items(self, model: Any, objs: Any) -> None:
        super().add_items(model, [_Cut(obj) for obj in objs])  # type: ignore[misc]


def SearchBackend(params: dict[str, Any]) -> Any:
    """The backend of the database in use; the name is the one that modelsearch asks a module for."""
    if connection.vendor == "postgresql":
        from modelsearch.backends.database.postgres import postgres as engine

        base, compiler, autocomplete, index = (
            engine.PostgresSearchBackend,
            engine.PostgresSearchQueryCompiler,
            engine.PostgresAutocompleteQueryCompiler,
            engine.PostgresIndex,
        )
    else:
        from modelsearch.backends.database.sqlite import sqlite as engine

        base, compiler, autocomplete, index = (
            engine.SQLiteSearchBackend,
            engine.SQLiteSearchQueryCompiler,
            engine.SQLiteAutocompleteQueryCompiler,
            engine.SQLiteIndex,
        )
    made = type(
        "HanSearchBackend",
        (base,),
        {
            "query_compiler_class": type("HanQueryCompiler", (_Compiler, compiler), {}),
            "autocomplete_query_compiler_class": type("HanAutocompleteQueryCompiler", (_Compiler, autocomplete), {}),
            "index_class": type("HanIndex", (_Index, index), {}),
        },
    )
    return made({"SEARCH_CONFIG": "simple", **params})
