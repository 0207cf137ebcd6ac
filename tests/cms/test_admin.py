"""The editors' admin: in Chinese throughout, calling nobody, leaving accounts alone, open to its roles only."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import polib
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from lms.accounts.roles import Role
from tests.factories.cms import home, make_policy

LOCALE = Path(__file__).resolve().parent.parent.parent / "locale" / "zh_Hans" / "LC_MESSAGES"
PACKAGES = [
    "wagtail",
    "wagtail.admin",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.table_block",
    "wagtail.contrib.typed_table_block",
    "wagtail.documents",
    "wagtail.embeds",
    "wagtail.images",
    "wagtail.locales",
    "wagtail.search",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.users",
    "wagtailmedia",
]
FOREIGN = re.compile(
    r"""(?:src|href|action|poster)=["'](?:https?:)?//(?!testserver)[^"']+|https?://(?!testserver|www\.w3\.org)[^\s"'<]+"""
)


@pytest.fixture
def editor(client_as):
    client = client_as("editor")
    user = get_user_model().objects.get(pk=client.session["_auth_user_id"])
    user.groups.add(Group.objects.get(name="内容编辑"))
    return client


def test_every_message_of_the_admin_is_in_chinese():
    missing = []
    for domain in ("django", "djangojs"):
        ours = {(e.msgctxt, e.msgid) for e in polib.pofile(str(LOCALE / f"{domain}.po")) if e.translated()}
        for package in PACKAGES:
            folder = Path(import_module(package).__file__).parent / "locale"
            english, chinese = (folder / code / "LC_MESSAGES" / f"{domain}.po" for code in ("en", "zh_Hans"))
            if not english.exists():
                continue
            theirs = {(e.msgctxt, e.msgid) for e in polib.pofile(str(chinese)) if e.translated()} if chinese.exists() else set()
            wanted = {(e.msgctxt, e.msgid) for e in polib.pofile(str(english)) if not e.obsolete}
            missing += [f"{package}: {msgid}" for _context, msgid in wanted - theirs - ours]
    assert missing == []


@pytest.mark.django_db
def test_dashboard_calls_no_other_host(editor):
    pages = [reverse("wagtailadmin_home"), reverse("wagtailadmin_pages:edit", args=[home().pk]), reverse("wagtailadmin_handbook")]
    for url in pages:
        answer = editor.get(url)
        assert answer.status_code == 200
        assert FOREIGN.findall(answer.content.decode()) == []
        assert "'self'" in answer["Content-Security-Policy"] and "http" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_site_pages_keep_the_strict_policy(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "script-src 'self'" in policy


@pytest.mark.django_db
def test_dashboard_is_ours(editor):
    text = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert "编辑手册" in text and "我还没发布的" in text and "政策法规" in text
    assert "Editor Guide" not in text and "What's new" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("route", ["wagtailusers_users:index", "wagtailusers_groups:index", "wagtailadmin_error_test"])
def test_accounts_are_not_kept_here(editor, route):
    assert editor.get(reverse(route)).status_code == 404


@pytest.mark.django_db
def test_signing_in_happens_at_the_one_door(editor):
    answer = editor.get(reverse("wagtailadmin_login"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))


@pytest.mark.django_db
def test_admin_is_for_its_roles(client, client_as):
    url = reverse("wagtailadmin_home")
    assert client.get(url).status_code == 302
    for role in (None, "class_manager", "supervisor", "auditor"):
        assert client_as(role).get(url).status_code == 404


@pytest.mark.django_db
def test_a_trainer_writes_and_sends_for_review_and_does_not_publish(client_as):
    client = client_as("trainer")
    user = get_user_model().objects.get(pk=client.session["_auth_user_id"])
    user.groups.add(Group.objects.get(name="讲师"))
    permissions = home().permissions_for_user(user)
    assert permissions.can_add_subpage() and not permissions.can_publish() and not permissions.can_edit()
    assert client.get(reverse("wagtailadmin_home")).status_code == 200
    assert client.get(reverse("wagtailsnippets_cms_policy:add")).status_code in {302, 403, 404}


@pytest.mark.django_db
def test_groups_carry_the_labels_of_their_roles():
    from django.utils import translation

    with translation.override("zh-hans"):
        wanted = {str(Role(role).label) for role in ("trainer", "editor", "reviewer", "regional_admin", "system_admin")}
    assert wanted <= set(Group.objects.values_list("name", flat=True))
    assert not Group.objects.filter(name__in=["Editors", "Moderators"]).exists()


@pytest.mark.django_db
def test_review_belongs_to_the_reviewers():
    workflow = home().get_workflow()
    assert workflow.name == "内容审核"
    assert [group.name for task in workflow.tasks for group in task.specific.groups.all()] == ["审核人"]


@pytest.mark.django_db
def test_policies_are_edited_and_searched_in_the_admin(editor):
    make_policy()
    answer = editor.get(reverse("wagtailsnippets_cms_policy:list"), {"q": "救助"})
    assert "社会救助暂行办法" in answer.content.decode()
    assert ">method<" not in answer.content.decode()
    answer = editor.post(
        reverse("wagtailsnippets_cms_policy:add"),
        {
            "title": "志愿服务条例",
            "kind": "regulation",
            "status": "in_force",
            "certainty": "likely",
            "document_number": "国务院令第685号",
        },
    )
    assert answer.status_code == 302


@pytest.mark.django_db
def test_scripts_of_the_admin_speak_chinese(editor):
    text = editor.get(reverse("wagtailadmin_javascript_catalog")).content.decode()
    catalogue = polib.pofile(str(LOCALE / "djangojs.po"))
    assert all(entry.translated() for entry in catalogue)
    assert "django.gettext" in text or "gettext" in text


@pytest.mark.django_db
def test_what_wagtail_leaves_in_english_is_said_in_chinese(editor):
    from wagtail.models import Page

    policy = make_policy()
    shown = editor.get(f"/admin/snippets/cms/policy/inspect/{policy.pk}/").content.decode()
    assert str(policy.uuid) not in shown and ">None<" not in re.sub(r"\s", "", shown) and "—" in shown
    assert Page.objects.get(depth=1).title == "全部站点"
    explorer = editor.get(reverse("wagtailadmin_explore_root")).content.decode()
    assert 'aria-label="Actions"' not in explorer
    home().save_revision(user=None).publish(user=None)
    aging = editor.get("/admin/reports/aging-pages/").content.decode()
    words = re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", aging, flags=re.S)).split()
    assert "系统" in words and "None" not in words
