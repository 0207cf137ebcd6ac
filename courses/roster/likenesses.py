"""People of a roster who may be somebody on the books already: found by name, telephone or the old form of the number.

A hint for a human, with its score; nothing is merged or refused for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from lms.core.actor import Actor
from lms.people import duplicates


def sentences(contents: Sequence[dict[str, Any]], by: Actor) -> dict[int, str]:
    """Place in ``contents`` → one sentence on the likeliest record that the actor may see. Silent for the others."""
    wanted = [
        duplicates.Stranger(
            name=content["name"],
            birth_date=dt.date.fromisoformat(content["birth_date"]) if content["birth_date"] else None,
            phone=content["phone"],
            sex=content["sex"],
            document=content["document"],
            document_kind=content["document_kind"],
        )
        for content in contents
    ]
    return {
        place: _("可能与已有档案“%(name)s（%(place)s）”是同一人：%(reasons)s，可能性 %(score)d；导入后请在“疑似重复”中核对。")
        % {
            "name": pair.person.name,
            "place": pair.person.division.name,
            "reasons": "、".join(pair.sentences),
            "score": pair.score,
        }
        for place, pair in duplicates.likely_known(wanted, actor=by).items()
    }
