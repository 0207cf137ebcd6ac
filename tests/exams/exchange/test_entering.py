"""A file into a bank: what is shown, what enters, what does not and why; twice is once; out again equal."""

import datetime as dt
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from exams import services
from exams.exchange import formats
from exams.exchange.excel import SAMPLES, write_excel
from exams.exchange.formats import essence
from exams.models import ImportedItem, Item, ItemImport, ItemPicture, ItemVersion
from exams.rules import Likeness, similarity
from exams.services import exchange, exporting
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import Missing, Refused
from tests.factories import exams as make
from tests.factories.world import make_client

pytestmark = pytest.mark.django_db

SHEET = """一、单项选择题
1. 接案时首先要做的是（　　）。
A. 建立关系
B. 制定计划
C. 评估成效
D. 结案
答案：A
解析：先建立专业关系。
2. 下列属于直接服务的是（　　）。
A. 个案工作
B. 行政
C. 研究
D. 政策倡导
答案：F
3. 小组工作的要素不包括（　　）。
A. 成员
B. 工作者
C. 环境
D. 预算
答案：D
"""


def enter(bank, raw, **kwargs):
    made = services.upload_items(bank=bank, raw=raw, name=kwargs.pop("name", "题.txt"), by=make.SYSTEM, **kwargs)
    return services.confirm_import(item_import=made, by=make.SYSTEM) if made.rows.filter(wanted=True).exists() else made


def test_what_is_understood_enters_as_drafts_and_the_rest_says_why():
    bank = make.bank()
    made = services.upload_items(bank=bank, raw=SHEET.encode("gb18030"), name="题.txt", by=make.SYSTEM)
    assert (made.state, made.format) == ("ready", "text")
    assert exchange.counts_of(made) | {"found": 3, "accepted": 2, "refused": 1, "new": 2} == exchange.counts_of(made)
    assert Item.objects.filter(bank=bank).count() == 0  # nothing enters before it is confirmed
    refused = made.rows.get(verdict="refused")
    assert refused.place == 9 and "F" in refused.reason
    services.confirm_import(item_import=made, by=make.SYSTEM)
    versions = ItemVersion.objects.filter(item__bank=bank)
    assert {version.state for version in versions} == {"draft"} and versions.count() == 2
    assert AuditEvent.objects.filter(verb="exams.import.entered", record_uuid=made.uuid).exists()
    made.refresh_from_db()
    assert made.state == "done" and not made.upload
    services.confirm_import(item_import=made, by=make.SYSTEM)
    assert Item.objects.filter(bank=bank).count() == 2


def test_the_same_file_twice_adds_nothing_in_whichever_format_it_comes_back():
    bank = make.bank()
    enter(bank, write_excel(SAMPLES), name="题.xlsx")
    count = Item.objects.filter(bank=bank).count()
    assert count == len(SAMPLES) + 2  # a case brings its two questions
    for code in formats.FORMATS:
        written = services.export_items(bank=bank, code=code, by=make.SYSTEM)
        again = enter(bank, written.content, name=f"题{formats.FORMATS[code].ending}", code=code)
        assert {row.verdict for row in again.rows.all()} == {"known"}, code
    assert Item.objects.filter(bank=bank).count() == count


@pytest.mark.parametrize("code", formats.FORMATS)
def test_export_and_import_into_an_empty_bank_gives_equal_items(code):
    first, second = make.bank(), make.bank()
    enter(first, write_excel(SAMPLES), name="题.xlsx")
    written = services.export_items(bank=first, code=code, by=make.SYSTEM)
    enter(second, written.content, name="题", code=code)
    chosen = formats.FORMATS[code]
    wanted = [essence(formats.bare(i, chosen)) for i in exporting.items_out(first) if i.kind in chosen.kinds]
    found = [essence(formats.bare(i, chosen)) for i in exporting.items_out(second)]
    assert found == wanted and len(found) == written.count


def test_near_duplicates_are_flagged_in_the_bank_and_within_the_file():
    bank = make.bank()
    enter(bank, SHEET.encode())
    near = SHEET.replace("接案时首先要做的是", "在接案时首先要做的是").replace("答案：F", "答案：A")
    made = services.upload_items(bank=bank, raw=near.encode(), name="题.txt", by=make.SYSTEM)
    assert [row.verdict for row in made.rows.all()] == ["near", "new", "known"]
    assert bank.code in made.rows.get(verdict="near").reason


def test_the_index_of_likeness_finds_what_comparing_each_with_each_finds():
    texts = [f"社会工作者在第{n}步应当{'评估' if n % 3 else '介入'}服务对象的需要与资源" for n in range(40)]
    index = Likeness(least=0.8)
    for number, text in enumerate(texts):
        found = index.nearest(text)
        slow = max((similarity(text, other) for other in texts[:number]), default=0.0)
        assert (found is None) == (slow < 0.8)
        assert found is None or found[1] == pytest.approx(slow)
        index.add(f"{number}", text)


def test_only_ticked_items_enter():
    bank = make.bank()
    made = services.upload_items(bank=bank, raw=SHEET.encode(), name="题.txt", by=make.SYSTEM)
    services.choose_rows(item_import=made, shown=[1, 2, 3], ticked=[3, 2], by=make.SYSTEM)
    services.confirm_import(item_import=made, by=make.SYSTEM)
    assert list(ItemVersion.objects.filter(item__bank=bank).values_list("stem", flat=True)) == ["小组工作的要素不包括（　　）。"]


def test_an_item_entered_meanwhile_is_marked_and_the_rest_goes_on():
    bank = make.bank()
    made = services.upload_items(bank=bank, raw=SHEET.encode(), name="题.txt", by=make.SYSTEM)
    enter(bank, SHEET.split("2. ")[0].encode())
    services.confirm_import(item_import=made, by=make.SYSTEM)
    assert [row.verdict for row in made.rows.order_by("number")] == ["refused", "refused", "new"]
    assert "已有相同的试题" in made.rows.get(number=1).reason
    assert Item.objects.filter(bank=bank).count() == 2


def test_pictures_are_kept_once_shown_to_candidates_and_come_back(client, world, client_as):
    bank = make.bank(world.county)
    item = replace(SAMPLES[0], stem="看图［图1］，它是（　　）。", images=(make.drawing(90),))
    raw = formats.write([item], "docx").content
    enter(bank, raw, name="图.docx")
    enter(bank, formats.write([replace(item, stem="另看［图1］，它是（　　）。")], "moodle").content, name="图.xml")
    picture = ItemPicture.objects.get(bank=bank)
    stem = ItemVersion.objects.filter(item__bank=bank).first().stem
    assert f"［图:{picture.code}］" in stem
    staff = client_as("trainer", world.county)
    page = staff.get(reverse("exams:item", args=[Item.objects.filter(bank=bank).first().uuid])).content.decode()
    assert reverse("exams:picture", args=[picture.code]) in page and "［图:" not in page
    answer = staff.get(reverse("exams:picture", args=[picture.code]))
    assert b"".join(answer.streaming_content) == make.drawing(90).content and answer["X-Content-Type-Options"] == "nosniff"
    assert client_as().get(reverse("exams:picture", args=[picture.code])).status_code == 404
    assert services.export_items(bank=bank, code="qti22", by=make.SYSTEM).count == 2


def pictured(bank, *shades, name="图.docx"):
    items = [replace(SAMPLES[0], stem=f"看图［图1］，第{shade}号是（　　）。", images=(make.drawing(shade),)) for shade in shades]
    return services.upload_items(bank=bank, raw=formats.write(items, "docx").content, name=name, by=make.SYSTEM)


def test_a_picture_is_shown_only_once_its_item_is_published_and_met(world, client_as):
    bank = make.bank(world.county)
    person = make.learner(world.county)
    client = make_client(person.user)
    make.practice_round(person, [make.live(bank)])  # they met the bank, not the picture
    made = pictured(bank, 90)
    address = reverse("exams:picture", args=[ItemPicture.objects.get(bank=bank).code])
    assert client_as("trainer", world.county).get(address).status_code == 200
    assert client.get(address).status_code == 404
    services.confirm_import(item_import=made, by=make.SYSTEM)
    version = ItemVersion.objects.get(item__bank=bank, state="draft")
    services.keep_favourite(person=person, item=version.item, by=make.actor_of(person), keep=False)
    assert client.get(address).status_code == 404
    ItemVersion.objects.filter(pk=version.pk).update(author=make.demo_author("else"))
    services.review_item(version=ItemVersion.objects.get(pk=version.pk), by=make.SYSTEM)
    services.publish_item(version=ItemVersion.objects.get(pk=version.pk), by=make.SYSTEM)
    assert client.get(address).status_code == 404, "published, but nobody set it to them"
    make.practice_round(person, [ItemVersion.objects.get(pk=version.pk)])
    assert client.get(address).status_code == 200
    assert make_client(make.learner(world.county).user).get(address).status_code == 404


def test_pictures_of_what_was_given_up_go_and_shared_ones_stay(django_capture_on_commit_callbacks):
    bank = make.bank()
    entered, waiting = pictured(bank, 10), pictured(bank, 10, 20, name="又.docx")
    services.confirm_import(item_import=entered, by=make.SYSTEM)
    given_up = pictured(bank, 20, 30, name="再.docx")
    by_shade = {shade: ItemPicture.objects.get(digest=sha256(make.drawing(shade).content).hexdigest()) for shade in (10, 20, 30)}
    storage, names = by_shade[30].file.storage, {shade: picture.file.name for shade, picture in by_shade.items()}
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_import(item_import=given_up, by=make.SYSTEM)
    assert set(ItemPicture.objects.all()) == {by_shade[10], by_shade[20]}
    assert [storage.exists(names[shade]) for shade in (10, 20, 30)] == [True, True, False]
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_import(item_import=waiting, by=make.SYSTEM)
    assert set(ItemPicture.objects.all()) == {by_shade[10]}


def test_the_night_gives_up_old_imports_and_spares_what_is_shown(django_capture_on_commit_callbacks):
    bank, now = make.bank(), clock.now()
    with clock.at(now - dt.timedelta(days=31)):
        left, entered = pictured(bank, 1), pictured(bank, 2, 3, name="入.docx")
        services.choose_rows(item_import=entered, shown=[1, 2], ticked=[1], by=make.SYSTEM)
        services.confirm_import(item_import=entered, by=make.SYSTEM)
    fresh = pictured(bank, 4, name="新.docx")
    with django_capture_on_commit_callbacks(execute=True):
        assert services.clean_imports(by=make.SYSTEM) == 2  # one import given up, one picture of an unticked item
    left.refresh_from_db()
    fresh.refresh_from_db()
    assert (left.state, fresh.state) == ("discarded", "ready")
    assert ItemPicture.objects.count() == 2
    with pytest.raises(Missing):
        services.clean_imports(by=make.actor("trainer"))


def test_a_stranger_to_the_bank_can_do_nothing_with_an_import(world):
    made = services.upload_items(bank=make.bank(world.county), raw=SHEET.encode(), name="题.txt", by=make.SYSTEM)
    outsider = make.actor("trainer", "/41/4101/410102/")
    for act in (services.confirm_import, services.discard_import):
        with pytest.raises(Missing):
            act(item_import=made, by=outsider)
    with pytest.raises(Missing):
        services.export_items(bank=made.bank, code="gift", by=outsider)


def test_giving_up_leaves_nothing_and_cannot_be_confirmed():
    made = services.upload_items(bank=make.bank(), raw=SHEET.encode(), name="题.txt", by=make.SYSTEM)
    services.discard_import(item_import=made, by=make.SYSTEM)
    assert not ImportedItem.objects.filter(item_import=made).exists()
    with pytest.raises(Refused):
        services.confirm_import(item_import=made, by=make.SYSTEM)


# --- the pages ---------------------------------------------------------------------------------------------------------


def test_a_trainer_uploads_looks_unticks_confirms_and_finds_drafts(client_as, world):
    bank = make.bank(world.county)
    client = client_as("trainer", world.county)
    answer = client.post(
        reverse("exams:import_upload", args=[bank.uuid]), {"text": SHEET, "source": "自编", "format": ""}, follow=True
    )
    page = answer.content.decode()
    assert "答案 F 没有对应的选项" in page and "接案时首先要做的是" in page
    assert page.count('type="radio"') == 8 and "制定计划" in page  # two items as a candidate sees them
    made = ItemImport.objects.get(bank=bank)
    shown = [row.number for row in made.rows.filter(verdict="new")]
    client.post(reverse("exams:import_act", args=[made.uuid, "confirm"]), {"shown": shown, "row": shown[:1]})
    assert Item.objects.filter(bank=bank).count() == 1
    assert "已入库" in client.get(reverse("exams:import", args=[made.uuid])).content.decode()


def test_the_preview_takes_the_same_queries_for_three_and_for_twenty_items(client_as, world, django_assert_max_num_queries):
    client = client_as("trainer", world.county)
    for count in (3, 20):
        text = "\n".join(f"{n}. 题干{n}{'好' * n}（　　）\nA. 一{n}\nB. 二\nC. 三\nD. 四\n答案：A" for n in range(1, count + 1))
        made = services.upload_items(bank=make.bank(world.county), raw=text.encode(), name="题.txt", by=make.SYSTEM)
        client.get(reverse("exams:import", args=[made.uuid]))
        with django_assert_max_num_queries(16):
            client.get(reverse("exams:import", args=[made.uuid]))


def test_export_says_what_does_not_fit_before_it_hands_out_the_file(client_as, world):
    bank = make.bank(world.county)
    enter(bank, write_excel(SAMPLES), name="题.xlsx")
    client = client_as("trainer", world.county)
    address = reverse("exams:export", args=[bank.uuid])
    page = client.post(address, {"format": "aiken"}).content.decode()
    assert "装不下题型" in page and "解析" in page
    answer = client.post(address, {"format": "aiken", "agreed": "1"})
    assert answer["Content-Disposition"].startswith("attachment") and answer.content.count(b"ANSWER:") == 1
    assert client.post(address, {"format": "excel"}).content.startswith(b"PK")
    assert client.get(reverse("exams:import_template")).content.startswith(b"PK")


# --- the commands ------------------------------------------------------------------------------------------------------


def run(capsys, *args):
    call_command(*args)
    return capsys.readouterr().out


def test_the_commands_count_every_item_and_round_a_bank(tmp_path, capsys):
    bank, other = make.bank(), make.bank()
    file = tmp_path / "题.txt"
    file.write_bytes(SHEET.encode("utf-16"))
    dry = json.loads(run(capsys, "import_items", str(file), "--bank", bank.code, "--dry-run", "--json"))
    assert dry["found"] == dry["accepted"] + dry["refused"] == 3 and dry["entered"] == 0
    assert Item.objects.count() == 0 and ItemImport.objects.count() == 0
    made = json.loads(run(capsys, "import_items", str(file), "--bank", bank.code, "--json"))
    assert made["entered"] == 2 and made["errors"][0]["line"] == 9
    again = json.loads(run(capsys, "import_items", str(file), "--bank", bank.code, "--json"))
    assert again["entered"] == 0 and again["known"] == 2
    out = tmp_path / "out.zip"
    assert "2" in run(capsys, "export_items", "--bank", bank.code, "--format", "qti30", "--out", str(out))
    back = json.loads(run(capsys, "import_items", str(out), "--bank", other.code, "--json"))
    assert back["entered"] == 2 and back["refused"] == 0


NOT_PNG = b"\x89PNG\r\n\x1a\n123"


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (b"", []),
        (NOT_PNG, []),
        (b"<quiz><question", []),
        (b"just words", []),
        (SHEET.encode(), ["--format", "scorm"]),
    ],
)
def test_bad_input_is_one_sentence_and_a_failure(tmp_path, content, more):
    bank = make.bank()
    file = tmp_path / "x"
    file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        call_command("import_items", str(file), "--bank", bank.code, *more)
    assert "\n" not in str(error.value) and str(error.value).endswith("。")


def test_an_unknown_bank_or_folder_is_one_sentence(tmp_path):
    file = tmp_path / "题.txt"
    file.write_text(SHEET)
    with pytest.raises(CommandError, match="NOPE"):
        call_command("import_items", str(file), "--bank", "NOPE")
    with pytest.raises(CommandError, match="文件夹"):
        call_command("export_items", "--bank", make.bank().code, "--format", "gift", "--out", str(tmp_path / "no" / "x"))
