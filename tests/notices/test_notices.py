from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from lms.accounts.selectors import actor_for
from lms.core import clock
from lms.core.errors import BadInput, Missing
from lms.notices import channels, messages, selectors, services, tasks
from lms.notices.models import Delivery, Notice
from lms.people import services as people
from tests.factories.notices import make_notice
from tests.factories.people import SYSTEM, learner
from tests.factories.world import make_client, make_user

pytestmark = pytest.mark.django_db


class Broken:
    label, wanted_by_default = "坏的", True

    def address_of(self, user):
        return "somewhere"

    def mask(self, address):
        return "s***"

    def send(self, address, message):
        raise OSError("down")


@pytest.fixture
def send(django_capture_on_commit_callbacks):
    def run(**fields):
        with django_capture_on_commit_callbacks(execute=True):
            return make_notice(**fields)

    return run


def test_a_notice_is_on_the_site_and_goes_out_after_the_commit(send):
    user = make_user(email="a.b@example.org")
    notice = send(user=user, title="班次已结业", body="请查看", url="/learn/")
    assert selectors.unread_count(actor_for(user)) == 1
    (letter,) = mail.outbox
    assert letter.to == ["a.b@example.org"] and "班次已结业" in letter.subject and "http://testserver/learn/" in letter.body
    delivery = notice.deliveries.get()
    assert (delivery.status, delivery.tries, delivery.address_masked) == ("sent", 1, "a***@example.org")


def test_the_same_occasion_tells_once(send):
    user = make_user(email="a@example.org")
    first = send(user=user, key="class:1")
    assert send(user=user, key="class:1") == first and send(user=user) != first
    assert len(mail.outbox) == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(user=user, kind="x", title="x", key="class:1", created_by=SYSTEM.uuid)


def test_nothing_leaves_without_an_address_a_wish_or_leave(send):
    user = make_user(email="a@example.org")
    services.set_preference(user=user, channel="email", wanted=False, by=actor_for(user))
    assert not send(user=user).deliveries.exists()
    assert not send(user=make_user()).deliveries.exists()
    assert not send(user=make_user(email="b@example.org"), kind="job.done").deliveries.exists()
    assert mail.outbox == []
    with pytest.raises(Missing):
        services.set_preference(user=user, channel="email", wanted=True, by=actor_for(make_user()))
    with pytest.raises(BadInput):
        services.set_preference(user=user, channel="pigeon", wanted=True, by=actor_for(user))


def test_a_person_is_reached_outside_only_with_consent(world, send):
    person = learner(world.county)
    person.user.email = "a@example.org"
    person.user.save()
    assert not send(user=person.user).deliveries.exists()
    people.record_consent(person=person, purpose="contact", given=True, by=SYSTEM)
    assert send(user=person.user).deliveries.get().status == "sent"
    people.record_consent(person=person, purpose="contact", given=False, by=SYSTEM)
    assert not send(user=person.user).deliveries.exists()


def test_a_failing_channel_is_tried_again_later_and_given_up_at_last(send, settings):
    settings.NOTICE_CHANNELS = {"sms": f"{__name__}.Broken"}
    delivery = send().deliveries.get()
    assert (delivery.status, delivery.tries, delivery.error) == ("waiting", 1, "OSError")
    assert tasks.sweep() == 0
    now = clock.now()
    for tries, wait in enumerate([*services.RETRY_AFTER], start=2):
        now += wait + dt.timedelta(seconds=5)
        with clock.at(now):
            assert tasks.sweep() == 1 and tasks.sweep() == 0
        delivery.refresh_from_db()
        assert delivery.tries == tries
    assert delivery.status == "failed"
    with clock.at(now + dt.timedelta(days=9)):
        assert tasks.sweep() == 0


def test_what_a_killed_worker_left_is_sent_by_the_sweep(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False):
        notice = make_notice(user=make_user(email="a@example.org"))
    delivery = notice.deliveries.get()
    Delivery.objects.filter(pk=delivery.pk).update(tries=1, next_try_at=clock.now() + dt.timedelta(minutes=5))
    assert tasks.sweep() == 0 and mail.outbox == []
    with clock.at(clock.now() + dt.timedelta(minutes=6)):
        assert tasks.sweep() == 1
    assert len(mail.outbox) == 1
    assert services.deliver(delivery_id=delivery.pk) is None


def test_an_account_that_ended_is_not_written_to(django_capture_on_commit_callbacks):
    user = make_user(email="a@example.org")
    with django_capture_on_commit_callbacks(execute=False):
        notice = make_notice(user=user)
    user.is_active = False
    user.save()
    tasks.sweep()
    assert notice.deliveries.get().status == "dropped" and mail.outbox == []


def test_console_sms_needs_a_verified_number():
    channel = channels.ConsoleSmsChannel()
    assert channel.address_of(make_user(phone="13800138000")) == ""
    user = make_user(phone="13800138001", phone_verified=True)
    assert channel.mask(channel.address_of(user)) == "138****8001"
    channel.send("13800138001", channels.Message("题", "文", "", "x"))


def test_every_template_fills_its_placeholders():
    for template in messages.TEMPLATES:
        names = set(re.findall(r"%\((\w+)\)s", f"{template.title}{template.body}"))
        title, body = messages.render(template.kind, dict.fromkeys(names, "甲"))
        assert "%" not in title + body and len(title) <= 120
    user = make_user()
    notice = services.notify_of(user=user, kind="exam.marked", facts={"paper": "模拟卷一"}, by=SYSTEM)
    assert notice.title == "模拟卷一的成绩已公布"
    with pytest.raises(KeyError):
        services.notify_of(user=user, kind="exam.marked", facts={}, by=SYSTEM)


def test_telling_many_takes_few_queries(django_assert_max_num_queries, django_capture_on_commit_callbacks):
    users = [make_user(email=f"u{n}@example.org", password=None) for n in range(60)]
    with django_capture_on_commit_callbacks(execute=False), django_assert_max_num_queries(12):
        told = services.notify_many(users, kind="x", title="题", key="k", by=SYSTEM)
    assert len(told) == 60 and Delivery.objects.count() == 60


def test_inbox_opens_marks_and_counts(world, client_as):
    client = client_as()
    inside, outside = make_notice(user=client.user, url="/careers/me/"), make_notice(user=client.user, url="https://evil.example/")
    foreign = make_notice()
    page = client.get(reverse("notices:inbox")).content.decode()
    assert page.count("班次已结业") == 2 and "班次结业" in page
    assert client.post(reverse("notices:open", kwargs={"uuid": inside.uuid})).url == "/careers/me/"
    assert client.post(reverse("notices:open", kwargs={"uuid": outside.uuid})).url == reverse("notices:inbox")
    assert client.post(reverse("notices:open", kwargs={"uuid": foreign.uuid})).status_code == 404
    assert selectors.unread_count(client.actor) == 0 and Notice.objects.get(pk=foreign.pk).read_at is None
    make_notice(user=client.user)
    assert client.post(reverse("notices:read_all")).status_code == 302
    assert selectors.unread_count(client.actor) == 0
    assert "没有消息" in client.get(reverse("notices:inbox") + "?show=unread").content.decode()


def test_inbox_queries_do_not_grow(client_as, django_assert_max_num_queries):
    client = client_as()
    client.get(reverse("notices:inbox"))  # what a process asks once
    counts = []
    for more in (3, 17):
        for _ in range(more):
            make_notice(user=client.user)
        with django_assert_max_num_queries(12) as captured:
            client.get(reverse("notices:inbox"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_preferences_page(world):
    user = make_user(email="a@example.org")
    client = make_client(user)
    url = reverse("notices:preferences")
    assert "checked" in client.get(url).content.decode()
    client.post(url, {})
    assert "checked" not in client.get(url).content.decode()
    assert not user.notice_preferences.get().wanted


def test_erasure_takes_the_notices_along(world, send):
    person = learner(world.county)
    send(user=person.user, title="给某人")
    people.erase(person=person, reason="本人申请", by=SYSTEM)
    assert not Notice.objects.exists() and not Delivery.objects.exists()
