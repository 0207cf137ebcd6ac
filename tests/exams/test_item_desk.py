"""Writing items inside the editors' admin: the same desk as the office, scoped by division, near-duplicates shown first."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams import rules, services
from exams.likeness import alike_items
from exams.models import Item, ItemSketch, ItemVersion
from lms.accounts import services as accounts
from tests.factories import exams as make
from tests.factories.world import make_client, make_user

pytestmark = pytest.mark.django_db

STEM = "社会工作者在个案会谈中，用自己的话把服务对象的意思重新说一遍，以确认自己的理解。这种技巧是（　）。"
WORDS = {
    "kind": "single",
    "source": "自编",
    "option_A": "澄清",
    "option_B": "对质",
    "option_C": "摘要",
    "option_D": "专注",
    "key_A": "on",
}


def signed_in(role, place):
    """A client of somebody whom Wagtail's door lets in: accounts' services give the groups."""
    user = make_user(role, place)
    accounts.sync_groups(user)
    return make_client(user)


def at(name, **kwargs):
    return reverse(f"exams_admin:{name}", kwargs=kwargs)


def test_a_trainer_writes_and_another_reviews_in_the_editors_admin(world):
    bank = make.bank(world.county)
    writer, reviewer = signed_in("trainer", world.county), signed_in("reviewer", world.county)
    home = writer.get(reverse("wagtailadmin_home")).content.decode()
    assert at("bank_list") in home
    assert bank.name in writer.get(at("bank_list")).content.decode()
    form = writer.get(at("item_create", bank=bank.uuid)).content.decode()
    assert "exam-desk" in form and "iframe" in form and at("item_preview") in form
    done = writer.post(at("item_create", bank=bank.uuid), {**WORDS, "stem": STEM})
    item = Item.objects.get()
    assert done.url == at("item", item=item.uuid)
    page = reviewer.get(at("item", item=item.uuid)).content.decode()
    assert at("item_act", item=item.uuid, act="review") in page
    for act, data in (("return", {"reason": "请写解析"}), ("review", {}), ("publish", {})):
        if act == "review":
            writer.post(at("item_edit", item=item.uuid), {**WORDS, "stem": STEM, "explanation": "这是澄清。"})
        assert reviewer.post(at("item_act", item=item.uuid, act=act), data).url == at("item", item=item.uuid)
    assert ItemVersion.objects.get().state == "live"


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", *make.WORDS])
def test_the_preview_is_the_candidates_page_for_every_kind(world, kind):
    client = signed_in("trainer", world.county)
    posted = {
        "kind": kind, "stem": STEM, "option_A": "甲", "option_B": "乙", "left_1": "左一", "right_1": "右一",
        "left_2": "左二", "right_2": "右二", "order": "先\n后\n末", "accepted": "澄清", "number": "3",
        "point_1": "要点", "worth_1": "4", "exhibit_1": "记录",
    }  # fmt: skip
    page = client.post(at("item_preview"), posted).content.decode()
    assert "site.css" in page and STEM[:10] in page
    wants = {
        "matching": "<select", "ordering": "<select", "short_answer": 'type="text"', "numeric": 'inputmode="decimal"',
        "essay": "<textarea", "case": "案例材料", "multiple": 'type="checkbox"',
    }  # fmt: skip
    assert wants.get(kind, 'type="radio"') in page


def test_another_division_sees_nothing_of_it(world):
    version = make.live(make.bank(world.county))
    stranger = signed_in("trainer", world.foreign_county)
    assert version.item.bank.name not in stranger.get(at("bank_list")).content.decode()
    for address in (
        at("bank", bank=version.item.bank.uuid),
        at("item_create", bank=version.item.bank.uuid),
        at("item", item=version.item.uuid),
        at("item_edit", item=version.item.uuid),
    ):
        assert stranger.get(address).status_code == 404, address
    assert stranger.post(at("item_act", item=version.item.uuid, act="comment"), {"text": "看看"}).status_code == 404


def test_every_form_field_of_a_kind_comes_back_when_it_is_edited(world):
    bank = make.bank(world.county)
    client = signed_in("trainer", world.county)
    for kind in make.WORDS:
        version = make.worded(bank, kind)
        page = client.get(at("item_edit", item=version.item.uuid)).content.decode()
        content = version.content
        for text in (*content.prompts, *content.accepted, *(p["text"] for p in content.marking_points), *content.options):
            assert text in page, (kind, text)


# --- near-duplicates ----------------------------------------------------------------------------------------------------


def test_a_near_duplicate_is_shown_beside_and_the_author_decides(world):
    bank = make.bank(world.county)
    client = signed_in("trainer", world.county)
    page = at("item_create", bank=bank.uuid)
    client.post(page, {**WORDS, "stem": STEM})
    again = {**WORDS, "stem": STEM.replace("以确认自己的理解", "来确认理解是否正确"), "option_D": "倾听"}
    shown = client.post(page, again).content.decode()
    assert Item.objects.count() == 1 and "题库里有相近的试题" in shown and "正在写的" in shown
    client.post(page, {**again, "allow_duplicate": "1"})
    assert Item.objects.count() == 2


def test_what_another_division_wrote_is_not_shown(world):
    make.draft(make.bank(world.foreign_county), stem=STEM)
    content = rules.ItemContent.of(kind="single", stem=STEM, options=["甲", "乙", "丙", "丁"], keys="A")
    assert alike_items(make.actor("trainer"), content) == []
    assert [one.percent for one in alike_items(make.SYSTEM, content)] != []


def test_sketches_find_what_a_comparison_of_every_pair_finds():
    """Against the slow way: of wordings changed by a few characters at least 95 in 100 share a digest; of strangers few do."""
    from exams.services.content import content_from, demo_content

    wordings = [content_from(item).wording for document in demo_content() for item in document["items"]]
    sketches = [set(rules.sketch(wording)) for wording in wordings]
    found = missed = strangers = pairs = 0
    for index, wording in enumerate(wordings):
        changed = wording[:6] + "其实" + wording[6:-8] + "等几项"
        if rules.similarity(wording, changed) >= rules.ALIKE:
            hit = bool(sketches[index] & set(rules.sketch(changed)))
            found, missed = found + hit, missed + (not hit)
        for other in range(index):
            if rules.similarity(wording, wordings[other]) < 0.3:
                pairs += 1
                strangers += bool(sketches[index] & sketches[other])
    assert found >= 80 and missed <= 0.05 * (found + missed)
    assert strangers <= 0.1 * pairs


def test_looking_for_near_duplicates_takes_two_queries_however_many_there_are(world):
    bank = make.bank(world.county)
    content = rules.ItemContent.of(kind="single", stem=STEM, options=["甲", "乙", "丙", "丁"], keys="A")
    for number in range(12):
        make.draft(bank, stem=f"{STEM}{number}")
    with CaptureQueriesContext(connection) as seen:
        assert len(alike_items(make.SYSTEM, content)) == 5
    assert len(seen) == 2
    before = set(ItemSketch.objects.values_list("item_id", "digest"))
    assert services.sketch_items(by=make.SYSTEM) == 12
    assert set(ItemSketch.objects.values_list("item_id", "digest")) == before
