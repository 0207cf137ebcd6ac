"""Pages of the site, the body kept once a revision, and policies as objects."""

from __future__ import annotations

import datetime as dt
import json
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from PIL import Image as PillowImage
from wagtail.models import Page, Site

from cms.blocks import MediaBlock
from cms.models import ContentPage, HomePage, Policy, PolicyPage, SiteDocument, SiteImage, SiteMedia
from cms.rendering import _key, body_html
from tests.factories.cms import home, make_content_page, make_news, make_policy, make_policy_page


@pytest.fixture(autouse=True)
def _clean_cache():
    cache.clear()


def cost(ask):
    with CaptureQueriesContext(connection) as caught:
        answer = ask()
    assert answer.status_code == 200
    return len(caught)


@pytest.mark.django_db
def test_home_is_the_root_in_both_languages(client):
    assert Site.objects.get().root_page.specific == home()
    assert "从基层干部" in client.get("/").content.decode()
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert "From grassroots cadre" in client.get("/").content.decode()
    assert HomePage.objects.count() == 2


@pytest.mark.django_db
def test_site_is_built_once(client):
    call_command("create_site")
    pages, policies = Page.objects.count(), Policy.objects.count()
    call_command("create_site")
    assert (Page.objects.count(), Policy.objects.count()) == (pages, policies)
    assert client.get("/").status_code == 200
    for route in ("cms:news", "cms:policies"):
        assert client.get(reverse(route), follow=True).status_code == 200
    for page in PolicyPage.objects.all():
        assert client.get(page.url).status_code == 200


@pytest.mark.django_db
def test_before_the_site_is_built_there_is_no_news(client):
    assert client.get(reverse("cms:news")).status_code == 404


@pytest.mark.django_db
def test_every_block_renders(client):
    policy = make_policy(status="in_force", status_on=dt.date(2025, 1, 1))
    page = make_content_page(
        "样例",
        slug="blocks",
        body=[
            ("heading", {"text": "一级", "level": "2"}),
            ("paragraph", "<p>正文<b>加粗</b></p>"),
            ("quote", {"text": "助人自助", "source": "谚语"}),
            ("callout", {"kind": "warn", "title": "注意", "text": "<p>先征得同意</p>"}),
            ("steps", {"title": "入户", "steps": [{"title": "亮明身份", "text": "<p>说明来意</p>"}]}),
            (
                "policy",
                {"policy": policy, "article": "第五十五条", "quotation": "", "law_as_of": dt.date(2024, 12, 31)},
            ),
            (
                "case",
                {"title": "转介", "background": "<p>某社区</p>", "process": "", "reflection": "", "questions": ["为什么"]},
            ),
        ],
    )
    text = client.get(page.url).content.decode()
    for words in (
        "一级",
        "助人自助",
        "先征得同意",
        "亮明身份",
        "《社会救助暂行办法》第五十五条",
        "2024年12月31日",
        "转介",
        "为什么",
    ):
        assert words in text
    assert " style=" not in text and "onclick" not in text


def _table(*rows):
    columns = [{"type": "text", "heading": "县"}, {"type": "number", "heading": "人次"}]
    return {"caption": "各县人次", "columns": columns, "rows": [{"values": list(row)} for row in rows]}


@pytest.mark.django_db
def test_blocks_with_files_render_for_those_who_cannot_see_or_hear(client):
    picture = BytesIO()
    PillowImage.new("RGB", (1200, 600), "#0b5c61").save(picture, "PNG")
    image = SiteImage.objects.create(
        title="x", alt_text="站长们在讨论", file=ContentFile(picture.getvalue(), "a.png"), width=1200, height=600
    )
    document = SiteDocument.objects.create(title="走访记录表", file=ContentFile(b"%PDF-1.4", "a.pdf"))
    media = SiteMedia.objects.create(title="访谈", type="audio", file=ContentFile(b"x", "a.mp3"), transcript="今天我们谈预估")
    decorative = {"image": image.pk, "alt_text": "", "decorative": True}
    body = [
        {"type": "image", "value": {"image": image.pk, "alt_text": "两个人在谈话", "decorative": False}},
        {
            "type": "figure",
            "value": {"image": decorative, "caption": "图一", "source": "自拍"},
        },
        {"type": "table", "value": _table(("隆阳区", "1,204"))},
        {"type": "download", "value": {"document": document.pk, "label": "", "note": "打印用"}},
        {"type": "media", "value": {"media": media.pk, "caption": "", "transcript": ""}},
    ]
    page = make_content_page("文件", slug="files", body=json.dumps(body))
    text = client.get(page.url).content.decode()
    assert 'alt="两个人在谈话"' in text and 'alt=""' in text and 'loading="lazy"' in text and 'width="720"' in text
    assert '<td class="n">1,204</td>' in text and "各县人次" in text
    assert "走访记录表" in text and "PDF" in text
    assert "今天我们谈预估" in text and 'preload="none"' in text


@pytest.mark.django_db
def test_media_without_a_transcript_is_refused():
    media = SiteMedia.objects.create(title="无稿", type="audio", file=ContentFile(b"x", "b.mp3"))
    block = MediaBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"media": media.pk, "caption": "", "transcript": ""}))
    assert block.clean(block.to_python({"media": media.pk, "caption": "", "transcript": "有了"}))


@pytest.mark.django_db
def test_body_is_rendered_once_and_follows_what_it_points_to(django_assert_num_queries, django_capture_on_commit_callbacks):
    policy = make_policy()
    page = make_content_page("引用", slug="cite", body=[("policy", {"policy": policy, "article": "第一条"})])

    def fresh():
        return PolicyPage.objects.none() or type(page).objects.get(pk=page.pk)

    assert "社会救助暂行办法" in body_html(fresh())
    again = fresh()
    with django_assert_num_queries(0):
        kept = body_html(again)
    assert "社会救助暂行办法" in kept
    with django_capture_on_commit_callbacks(execute=True):
        policy.title = "另一个名称"
        policy.save()
    assert "另一个名称" in body_html(fresh())


@pytest.mark.django_db
def test_a_draft_does_not_change_the_published_body(client):
    page = make_content_page("稿", slug="draft", body=[("paragraph", "<p>已发布</p>")])
    page.save_revision().publish()
    page.refresh_from_db()
    assert "已发布" in client.get(page.url).content.decode()
    page.body = [("paragraph", "<p>草稿</p>")]
    revision = page.save_revision()
    assert "草稿" in body_html(revision.as_object())
    assert "已发布" in client.get(page.url).content.decode()
    revision.publish()
    assert "草稿" in client.get(page.url).content.decode()


@pytest.mark.django_db
def test_body_is_kept_for_each_language():
    case = {"title": "一例", "background": "", "process": "", "reflection": "", "questions": []}
    page = make_content_page("语言", slug="lang", body=[("case", case)])
    body_html(page)
    with translation.override("en"), CaptureQueriesContext(connection):
        assert "一例" in body_html(page)
    assert len({_key(page, "body", page.body), *[_english_key(page)]}) == 2


def _english_key(page):
    with translation.override("en"):
        return _key(page, "body", page.body)


@pytest.mark.django_db
def test_page_costs_few_queries(client):
    page = make_content_page("省", slug="cheap", body=[("paragraph", "<p>正文</p>")])
    client.get(page.url)
    assert cost(lambda: client.get(page.url)) <= 8


@pytest.mark.django_db
def test_lists_cost_the_same_for_3_and_30_rows(client):
    for number in range(3):
        make_news(f"新闻 {number}")
        make_policy_page(make_policy(title=f"政策 {number}", document_number=f"测试{number}号"))
    urls = ["/", "/news/", "/policies/"]
    for url in urls:
        client.get(url)  # content types and the site are remembered by the process
    few = [cost(lambda url=url: client.get(url)) for url in urls]
    for number in range(3, 30):
        make_news(f"新闻 {number}")
        make_policy_page(make_policy(title=f"政策 {number}", document_number=f"测试{number}号"))
    assert [cost(lambda url=url: client.get(url)) for url in urls] == few


@pytest.mark.django_db
def test_policy_library_filters_by_kind(client):
    make_policy_page(make_policy(title="甲法", document_number="", kind="law"))
    make_policy_page(make_policy(title="乙标准", document_number="", kind="standard"))
    text = client.get("/policies/?kind=law").content.decode()
    assert "甲法" in text and "乙标准" not in text
    assert "乙标准" in client.get("/policies/?kind=nonsense").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{"effective_from": dt.date(2024, 2, 1), "effective_to": dt.date(2024, 1, 1)}],
)
def test_policy_refuses_impossible_dates(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_policy(**fields)


@pytest.mark.django_db
def test_policy_number_belongs_to_one_document():
    make_policy()
    make_policy(title="无号甲", document_number="")
    make_policy(title="无号乙", document_number="")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_policy(title="重号")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(dt.date(2014, 4, 30), False), (dt.date(2014, 5, 1), True), (dt.date(2019, 1, 1), True), (dt.date(2019, 1, 2), False)],
)
def test_policy_in_force_on(day, expected):
    policy = Policy(title="甲", effective_from=dt.date(2014, 5, 1), effective_to=dt.date(2019, 1, 1))
    assert policy.in_force_on(day) is expected


def test_policy_without_dates_does_not_pretend():
    assert Policy(title="甲").in_force_on(dt.date(2020, 1, 1)) is None


@pytest.mark.django_db
def test_gallery_is_for_editors_only_outside_the_demonstration(client, client_as):
    url = reverse("cms:gallery")
    assert client.get(url).status_code == 302
    assert client_as().get(url).status_code == 404
    editor = client_as("editor")
    for frame in ("site", "office"):
        text = editor.get(url, {"frame": frame}).content.decode()
        assert "界面样例" in text and " style=" not in text


@pytest.mark.django_db
def test_what_is_not_translated_is_shown_in_the_original(client):
    make_policy_page(make_policy())
    make_content_page("帮助", slug="help")
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert "社会救助暂行办法" in client.get("/").content.decode()
    assert "社会救助暂行办法" in client.get("/policies/").content.decode()
    assert client.get("/help/").status_code == 200
    assert "帮助" in client.get(reverse("cms:search"), {"q": "帮助"}).content.decode()
    assert client.get("/nothing/").status_code == 404
    HomePage.objects.get(slug="home-en").add_child(instance=ContentPage(title="Help", slug="help"))
    assert "Help" in client.get("/help/").content.decode()


@pytest.mark.django_db
def test_news_is_published_once_and_read_by_anybody(client):
    import datetime as dt

    from cms.services import build_site, publish_news
    from tests.factories.people import SYSTEM

    build_site(by=SYSTEM)
    news = {
        "slug": "kaiban",
        "title": "第一期开班",
        "summary": "两天四个半天。",
        "paragraphs": ["出勤达到 <八成> 方可结业。"],
        "published_on": dt.date(2026, 8, 21),
    }
    page = publish_news(**news, by=SYSTEM)
    assert publish_news(**news, by=SYSTEM) == page
    answer = client.get(page.url).content.decode()
    assert "第一期开班" in answer and "&lt;八成&gt;" in answer
    assert "第一期开班" in client.get("/news/").content.decode()
