"""The register of trainers: hours from the ledger against a recount, feedback that names nobody."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse

from courses import rules, services
from courses.models import CourseSession, Feedback, FeedbackGiven
from courses.selectors import trainers as rows
from courses.services.trainers import TextNamesSomebody
from lms.audit.models import AuditEvent
from lms.core import clock
from lms.core.errors import BadInput, Missing, Refused
from lms.people import services as people
from tests.factories.courses import SYSTEM, local, make_class, make_enrolment, make_learner, make_session, make_trainer
from tests.factories.world import make_actor, make_client, make_person, make_user

pytestmark = pytest.mark.django_db


def taught_class(world, *trainers, learners=0):
    """A class with one half-day held by the trainers; the learners with their actors."""
    training_class = make_class(world.county)
    inside = []
    for _ in range(learners):
        person, actor = make_learner(world.township)
        inside.append((make_enrolment(training_class, person), actor))
    session = make_session(training_class, trainer=trainers[0], other_trainers=trainers[1:])
    services.record_attendance(session=session, present=[(e, 180) for e, _actor in inside], by=SYSTEM)
    services.close_session(session=session, by=SYSTEM)
    return training_class, inside


def test_hours_taught_equal_a_recount_of_sessions(world):
    lead, second, twin = make_trainer(world.prefecture), make_trainer(world.county, name="李老师"), make_person(world.county)
    for hour, hours, by in [(8, 3, (lead,)), (12, 2, (lead, second)), (15, 3, (twin, second)), (19, 1, (second,))]:
        session = make_session(make_class(world.county), hour=hour, hours=hours, trainer=by[0], other_trainers=by[1:])
        if hour != 19:
            services.close_session(session=session, by=SYSTEM)
    people.merge(kept=lead, duplicate=twin, reason="同一人", by=SYSTEM)
    for person, ids in ((lead, {lead.pk, twin.pk}), (second, {second.pk})):
        minutes = count = 0
        for session in CourseSession.objects.filter(state="held"):
            if {session.trainer_id, *session.other_trainers.values_list("pk", flat=True)} & ids:
                count += 1
                minutes += int((session.ends_at - session.starts_at).total_seconds() // 60)
        got = rows.taught([person])[person.pk]
        assert (got.sessions, got.minutes) == (count, minutes)
    assert rows.taught([lead])[lead.pk].minutes == 480


def test_a_trainer_sees_what_comes_next_and_nothing_of_others(world, monkeypatch):
    trainer, other = make_person(world.county, user=make_user("trainer", world.county)), make_trainer(world.county)
    monkeypatch.setattr(clock, "now", lambda: local(2026, 11, 3, 13))
    training_class = make_class(world.county)
    for day, title, by in [(2, "过去的", trainer), (3, "今天上午的", trainer), (4, "明天的", trainer), (4, "别人的", other)]:
        make_session(training_class, day=day, title=title, trainer=by)
    gone = make_session(training_class, day=5, title="取消的", trainer=trainer)
    services.cancel_session(session=gone, reason="停电", by=SYSTEM)
    page = make_client(trainer.user).get(reverse("courses:my_teaching")).content.decode()
    assert [title for title in ("过去的", "今天上午的", "明天的", "别人的", "取消的") if title in page] == ["今天上午的", "明天的"]
    assert page.index("今天上午的") < page.index("明天的")


def test_the_register_reaches_down_and_is_kept_above(world):
    trainer = make_trainer(world.prefecture)
    below, beside = make_actor("class_manager", world.county), make_actor("class_manager", world.far_county)
    assert rows.trainer_in(below, trainer.uuid) == trainer
    with pytest.raises(Missing):
        rows.trainer_in(beside, trainer.uuid)
    with pytest.raises(Missing):
        services.describe_trainer(person=trainer, topics=["小组工作"], introduction="", by=below)
    with pytest.raises(Missing):
        services.register_trainer(person=trainer, division=world.prefecture, designated_on=dt.date(2024, 1, 1), by=below)


def test_a_trainer_of_the_prefecture_is_put_down_by_the_county(world):
    make_trainer(world.prefecture, name="段玥")
    training_class = make_class(world.county)
    client = make_client(make_user("class_manager", world.county))
    answer = client.post(
        reverse("courses:session_create", args=[training_class.uuid]),
        {
            "title": "小组工作",
            "kind": "exchange_between_counties",
            "day": "2026-11-02",
            "starts": "09:00",
            "ends": "12:00",
            "mode": "face_to_face",
            "place": "",
            "trainer": "段玥",
            "other_trainers": "",
            "topics": "小组、带领",
        },
    )
    assert answer.status_code == 302
    assert training_class.sessions.get().trainer.name == "段玥"


def test_feedback_cannot_be_led_back_and_is_given_once(world):
    trainer = make_trainer(world.county)
    _training_class, ((enrolment, actor),) = taught_class(world, trainer, learners=1)
    before = AuditEvent.objects.count()
    services.give_feedback(enrolment=enrolment, trainer=trainer, useful=5, clear=4, words="例子很实在。", by=actor)
    with pytest.raises(Refused, match="已评价过"):
        services.give_feedback(enrolment=enrolment, trainer=trainer, useful=1, clear=1, by=actor)
    assert AuditEvent.objects.count() == before
    said, given = Feedback.objects.get(), FeedbackGiven.objects.get()
    assert {f.name for f in Feedback._meta.concrete_fields} == {"id", "training_class", "trainer", "useful", "clear", "words"}
    assert given.enrolment == enrolment
    assert said.pk.version == 4


def test_only_those_who_were_there_say_something(world):
    trainer = make_trainer(world.county)
    training_class, _nobody = taught_class(world, trainer)
    person, actor = make_learner(world.township)
    enrolment = make_enrolment(training_class, person)
    with pytest.raises(Refused, match="听过课"):
        services.give_feedback(enrolment=enrolment, trainer=trainer, useful=5, clear=5, by=actor)
    with pytest.raises(Missing):
        services.give_feedback(enrolment=enrolment, trainer=trainer, useful=5, clear=5, by=make_learner(world.township)[1])


def test_words_with_personal_data_are_asked_about_or_refused(world):
    trainer = make_trainer(world.county)
    _class, ((enrolment, actor),) = taught_class(world, trainer, learners=1)
    with pytest.raises(BadInput, match="证件"):
        services.give_feedback(
            enrolment=enrolment, trainer=trainer, useful=5, clear=5, words="530621199001011234", sure=True, by=actor
        )
    with pytest.raises(TextNamesSomebody):
        services.give_feedback(enrolment=enrolment, trainer=trainer, useful=5, clear=5, words="电话13987654321", by=actor)
    assert not Feedback.objects.exists()
    client = make_client(enrolment.person.user)
    address = reverse("courses:feedback", args=[enrolment.uuid, trainer.uuid])
    sent = {"useful": "5", "clear": "5", "words": "电话13987654321"}
    assert "我已核对" in client.post(address, sent).content.decode()
    assert client.post(address, {**sent, "sure": "on"}).status_code == 302
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize("answers, shown", [(rules.FEEDBACK_MINIMUM - 1, False), (rules.FEEDBACK_MINIMUM, True)])
def test_shown_only_when_enough_answered_and_the_class_is_long_closed(world, answers, shown):
    trainer = make_trainer(world.county)
    training_class, inside = taught_class(world, trainer, learners=answers)
    for number, (enrolment, actor) in enumerate(inside):
        services.give_feedback(enrolment=enrolment, trainer=trainer, useful=4, clear=5, words="好" if number == 0 else "", by=actor)
    assert not rows.opinions_of(trainer)[0].shown
    services.close_class(training_class=training_class, by=SYSTEM)
    assert not rows.opinions_of(trainer)[0].shown
    with clock.at(clock.now() + rules.FEEDBACK_OPEN + dt.timedelta(hours=1)):
        (opinion,) = rows.opinions_of(trainer)
        assert opinion.shown is shown
        assert (opinion.words == ["好"]) is shown
        assert rows.marks_of([trainer]) == ({trainer.pk: (answers, opinion.useful + dt_half(opinion))} if shown else {})


def dt_half(opinion):
    return (opinion.clear - opinion.useful) / 2


def test_the_workbook_says_what_the_page_says(world):
    trainer = make_trainer(world.county, name="=cmd")
    taught_class(world, trainer)
    client = make_client(make_user("class_manager", world.county))
    assert "3.0" in client.get(reverse("courses:trainer_list")).content.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("courses:trainer_workbook")).content))
    page = book.worksheets[0]
    header = [cell.value for cell in page[2]]
    row = dict(zip(header, [cell.value for cell in page[3]], strict=True))
    assert row["姓名"] == "'=cmd"
    assert (row["授课半天数"], float(row["授课小时"])) == (1, 3.0)
    assert "授课小时" in [cell.value for cell in book.worksheets[-1]["A"]]


def test_the_list_asks_as_often_for_three_as_for_thirty(world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = make_client(make_user("class_manager", world.county))

    def asked():
        client.get(reverse("courses:trainer_list"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("courses:trainer_list"))
        return len(seen)

    for _ in range(3):
        make_trainer(world.county)
    few = asked()
    for _ in range(27):
        make_trainer(world.county)
    assert asked() == few
