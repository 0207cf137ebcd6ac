"""Both signatures, and the lines they put into the ledger."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from lms.audit.models import AuditEvent
from lms.core.errors import BadInput, Missing, Refused
from lms.ledger.kinds import Kind
from lms.ledger.models import Line
from lms.supervision import services
from lms.supervision.models import Agreement, Attendance, SupervisionSession
from lms.supervision.services.records import PrivacyWarning
from lms.supervision.states import Answer, SessionStatus
from tests.factories.supervision import make_countersigned, make_draft, make_signed, make_team, moment
from tests.factories.world import make_actor, make_person

SUPERVISION_KINDS = [Kind.SUPERVISED, Kind.SUPERVISING]


def lines(kind=None):
    rows = Line.objects.filter(kind__in=[kind] if kind else SUPERVISION_KINDS, sign=1, reversed_by__isnull=True)
    return list(rows.order_by("position"))


def test_a_group_of_eight_is_one_session_sixteen_hours_and_eight_person_times(world):
    team = make_team(world.division, size=8)
    make_countersigned(team)
    supervised, supervising = lines(Kind.SUPERVISED), lines(Kind.SUPERVISING)
    assert len(supervised) == 8 and len({line.person_id for line in supervised}) == 8
    assert sum(line.minutes for line in supervised) == 16 * 60
    assert [line.minutes for line in supervising] == [120]
    assert supervising[0].person == team.supervisor
    assert len({line.occasion for line in supervised + supervising}) == 1
    assert {line.programme_id for line in supervised + supervising} == {team.programme.pk}
    assert {(tag.name, tag.code) for tag in supervised[0].tags.all()} == {("function", "educational")}


def test_nothing_is_posted_before_somebody_countersigns(world):
    team = make_team(world.division, size=2)
    session = make_signed(team)
    assert lines() == []
    services.countersign(session=session, supervisee=team.supervisees[0], by=team.actor(0))
    assert [line.kind for line in lines()] == [Kind.SUPERVISED, Kind.SUPERVISING]
    services.countersign(session=session, supervisee=team.supervisees[1], by=team.actor(1))
    assert [line.kind for line in lines()] == [Kind.SUPERVISED, Kind.SUPERVISING, Kind.SUPERVISED]


def test_signing_and_countersigning_twice_is_once(world):
    team = make_team(world.division)
    session = make_countersigned(team)
    signed_at = SupervisionSession.objects.get(pk=session.pk).signed_at
    services.sign_session(session=session, by=team.by)
    services.countersign(session=session, supervisee=team.supervisees[0], reflection="另一句", by=team.actor())
    assert SupervisionSession.objects.get(pk=session.pk).signed_at == signed_at
    assert Attendance.objects.get(session=session).reflection == "收获很大。"
    assert len(lines()) == 2
    assert AuditEvent.objects.filter(verb="supervision.session.countersigned").count() == 1


def test_the_absent_get_no_line_and_cannot_confirm(world):
    team = make_team(world.division, size=3)
    session = make_signed(team, present=[(a, 90) for a in team.agreements[:2]], absent=[(team.agreements[2], "下村")])
    for index in (0, 1):
        services.countersign(session=session, supervisee=team.supervisees[index], by=team.actor(index))
    with pytest.raises(Missing):
        services.countersign(session=session, supervisee=team.supervisees[2], by=team.actor(2))
    assert [line.minutes for line in lines(Kind.SUPERVISED)] == [90, 90]
    assert [line.minutes for line in lines(Kind.SUPERVISING)] == [120]


def test_nobody_signs_for_somebody_else(world):
    team = make_team(world.division, size=2)
    draft = make_draft(team)
    with pytest.raises(Missing):
        services.sign_session(session=draft, by=make_actor("regional_admin", world.division))
    signed = services.sign_session(session=draft, by=team.by)
    with pytest.raises(Missing):
        services.countersign(session=signed, supervisee=team.supervisees[0], by=team.actor(1))
    with pytest.raises(Missing):
        services.countersign(session=signed, supervisee=team.supervisees[0], by=team.by)
    assert lines() == []


def test_a_signed_record_is_frozen(world):
    team = make_team(world.division)
    session = make_signed(team)
    with pytest.raises(Refused):
        make_draft(team, session=session, topic="改过的主题")
    with pytest.raises(Refused):
        services.discard_session(session=session, by=team.by)


def test_a_record_changed_behind_our_back_cannot_be_confirmed(world):
    team = make_team(world.division)
    session = make_signed(team)
    SupervisionSession.objects.filter(pk=session.pk).update(discussion="被人改过")
    with pytest.raises(Refused):
        services.countersign(session=session, supervisee=team.supervisees[0], by=team.actor())
    assert lines() == []


def test_disputed_then_convinced(world):
    team = make_team(world.division)
    session = make_signed(team)
    with pytest.raises(BadInput):
        services.dispute(session=session, supervisee=team.supervisees[0], reason=" ", by=team.actor())
    attendance = services.dispute(session=session, supervisee=team.supervisees[0], reason="只有一小时", by=team.actor())
    assert attendance.answer == Answer.DISPUTED and lines() == []
    attendance = services.countersign(session=session, supervisee=team.supervisees[0], by=team.actor())
    assert attendance.answer == Answer.COUNTERSIGNED and attendance.dispute_reason == ""
    assert len(lines()) == 2
    with pytest.raises(Refused):
        services.dispute(session=session, supervisee=team.supervisees[0], reason="又不同意", by=team.actor())


def test_a_correction_takes_the_place_of_what_it_corrects(world):
    team = make_team(world.division)
    session = make_countersigned(team)
    draft = services.amend_session(session=session, reason="时长记错", by=team.by)
    assert services.amend_session(session=session, reason="再点一次", by=team.by) == draft
    assert (draft.version, draft.amends_id, draft.discussion) == (2, session.pk, "讨论了访谈提纲。")
    assert len(lines()) == 2  # until it is signed the old one stands
    make_draft(team, session=draft, ends_at=moment(hour=10), present=[(team.agreements[0], 60)])
    services.sign_session(session=draft, by=team.by)
    session.refresh_from_db()
    assert session.status == SessionStatus.SUPERSEDED and lines() == []
    with pytest.raises(Refused):
        services.countersign(session=session, supervisee=team.supervisees[0], by=team.actor())
    services.countersign(session=draft, supervisee=team.supervisees[0], by=team.actor())
    assert [line.minutes for line in lines()] == [60, 60]
    total = sum(line.sign * line.minutes for line in Line.objects.filter(kind=Kind.SUPERVISED))
    assert total == 60


def test_overlapping_meetings_are_refused(world):
    team = make_team(world.division)
    make_signed(team)
    with pytest.raises(Refused):
        make_draft(team, starts_at=moment(hour=10), ends_at=moment(hour=12))
    make_draft(team, starts_at=moment(hour=11), ends_at=moment(hour=12), present=[(team.agreements[0], 60)])


def test_a_supervisee_is_not_in_two_meetings_at_once(world):
    team = make_team(world.division)
    make_signed(team)
    other = make_team(world.division, size=1)
    second = services.open_agreement(
        participation=team.participations[0], supervisor=other.supervisor, starts_on=dt.date(2026, 1, 10), by=world.system
    )
    with pytest.raises(Refused):
        make_draft(other, present=[(second, 60)])
    # two drafts may stand; the second signature is refused
    team2 = make_draft(team, starts_at=moment(day=13), ends_at=moment(day=13, hour=11))
    theirs = make_draft(other, present=[(second, 60)], starts_at=moment(day=13), ends_at=moment(day=13, hour=11))
    services.sign_session(session=team2, by=team.by)
    with pytest.raises(Refused):
        services.sign_session(session=theirs, by=other.by)


@pytest.mark.parametrize(
    "changes",
    [
        {"topic": "  "},
        {"functions": []},
        {"functions": ["unknown"]},
        {"mode": "none"},
        {"form": "lecture"},
        {"ends_at": moment(hour=8)},
        {"ends_at": moment(day=13, hour=9)},
        {"starts_at": moment(month=12, day=30), "ends_at": moment(month=12, day=31)},
        {"present": []},
        {"tags": ["no_such_tag"]},
    ],
)
def test_impossible_records_are_refused(world, changes):
    team = make_team(world.division)
    with pytest.raises((BadInput, Refused)):
        make_draft(team, **changes)
    assert not SupervisionSession.objects.exists()


def test_minutes_beyond_the_meeting_are_refused(world):
    team = make_team(world.division)
    with pytest.raises(BadInput):
        make_draft(team, present=[(team.agreements[0], 121)])


def test_client_identities_are_refused_or_asked_about(world):
    team = make_team(world.division)
    with pytest.raises(Refused) as refusal:
        make_draft(team, discussion="案主证件53062119800101123X", names_checked=True)
    assert "53062119800101123X" not in str(refusal.value)
    with pytest.raises(PrivacyWarning):
        make_draft(team, discussion="服务对象张桂英近来失眠")
    assert make_draft(team, discussion="服务对象张桂英近来失眠", names_checked=True).pk


def test_the_same_draft_sent_twice_is_one(world):
    team = make_team(world.division)
    first = make_draft(team, key="offline-1")
    assert make_draft(team, key="offline-1") == first
    assert SupervisionSession.objects.count() == 1


def test_follow_up_of_last_actions(world):
    from lms.supervision.selectors import open_actions

    team = make_team(world.division)
    make_signed(team, actions=[(team.supervisees[0], "整理访谈记录", dt.date(2026, 3, 20))])
    (action,) = open_actions(team.supervisor)
    make_signed(
        team, starts_at=moment(day=20), ends_at=moment(day=20, hour=10), present=[(team.agreements[0], 60)],
        follow_ups=[(action, "done", "已交")],
    )  # fmt: skip
    assert list(open_actions(team.supervisor)) == []


def test_supervisor_is_never_the_supervisee(world):
    team = make_team(world.division)
    with pytest.raises(Refused):
        services.open_agreement(
            participation=team.participations[0], supervisor=team.supervisees[0], starts_on=dt.date(2026, 1, 10), by=world.system
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=team.agreements[0].pk).update(supervisor=team.supervisees[0])


def test_agreements_are_found_again_and_end_once(world):
    team = make_team(world.division)
    again = services.open_agreement(
        participation=team.participations[0], supervisor=team.supervisor, starts_on=dt.date(2026, 2, 1), by=world.system
    )
    assert again == team.agreements[0]
    ended = services.end_agreement(agreement=again, ends_on=dt.date(2026, 3, 1), reason="调离", by=world.system)
    twice = services.end_agreement(agreement=again, ends_on=dt.date(2026, 4, 1), reason="又", by=world.system)
    assert twice.ends_on == ended.ends_on
    with pytest.raises(Refused):
        make_draft(team)  # 12 March is past its last day


def test_a_meeting_across_counties_lies_in_their_prefecture(world):
    team = make_team(world.division, size=2)
    far = make_person(world.other_county, name="昭阳学员")
    joined = services.start_cultivation(person=far, programme=team.programme, started_on=dt.date(2026, 1, 10), by=world.system)
    agreed = services.open_agreement(
        participation=joined, supervisor=team.supervisor, starts_on=dt.date(2026, 1, 10), by=world.system
    )
    session = make_signed(team, present=[(team.agreements[0], 120), (agreed, 120)])
    assert session.division == world.prefecture
    services.countersign(session=session, supervisee=far, by=world.system)
    assert {line.division_id for line in lines(Kind.SUPERVISED)} == {world.other_county.pk}
    assert {line.division_id for line in lines(Kind.SUPERVISING)} == {world.prefecture.pk}
