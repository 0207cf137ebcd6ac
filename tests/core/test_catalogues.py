"""Joined catalogues say of every sentence what the apps' own said one after another."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils.translation import trans_real
from django.utils.translation.trans_real import DjangoTranslation

from lms.core.catalogues import join_catalogues


def chain(translation) -> list:
    found = []
    while translation is not None:
        found.append(translation)
        translation = getattr(translation, "_fallback", None)
    return found


@pytest.mark.parametrize("code", [code for code, _name in settings.LANGUAGES])
def test_every_sentence_is_heard_from_the_same_catalogue_as_before(code):
    join_catalogues()
    joined, apart = trans_real.translation(code), DjangoTranslation(code)
    keys = {key for link in chain(apart) for key in (link._catalog.keys() if getattr(link, "_catalog", None) else ())}
    sentences = {key if isinstance(key, str) else key[0] for key in keys} - {""}
    assert len(sentences) > 300
    for text in [*sentences, "没有这句话"]:
        assert joined.gettext(text) == apart.gettext(text), text
        for number in (0, 1, 2, 5, 21):
            assert joined.ngettext(text, f"{text}s", number) == apart.ngettext(text, f"{text}s", number), text
    assert len(joined._catalog._catalogs) <= 3 and len(chain(joined)) == 1


def test_twice_is_once():
    join_catalogues()
    before = [dict(trans_real.translation(code)._catalog._catalogs[0]) for code, _name in settings.LANGUAGES]
    join_catalogues()
    assert [trans_real.translation(code)._catalog._catalogs[0] for code, _name in settings.LANGUAGES] == before
