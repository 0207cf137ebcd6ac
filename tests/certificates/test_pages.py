"""Pages of holders and offices: one's own, one's division's, and nothing of anybody else's."""

import pytest
from django.urls import reverse

from certificates.models import Certificate, Issuer
from lms.core.models import Job
from tests.factories.certificates import make_certificate, make_issuer, make_organisation, print_one
from tests.factories.world import make_client, make_person, make_user


@pytest.fixture
def holder(world):
    return make_person(world.division, name="张桂英", user=make_user())


def test_the_holder_sees_and_downloads_their_own(world, holder, django_capture_on_commit_callbacks):
    certificate = make_certificate(world.division, person=holder)
    browser = make_client(holder.user)
    assert certificate.title in browser.get(reverse("certificates:mine")).content.decode()
    page = browser.get(reverse("certificates:own_detail", args=[certificate.uuid])).content.decode()
    assert "张桂英" in page and certificate.number in page and "<svg" in page
    address = reverse("certificates:own_file", args=[certificate.uuid])
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.get(address).status_code == 302  # not printed yet: a worker is asked
    answer = browser.get(address)
    assert answer.headers["Content-Type"] == "application/pdf" and certificate.number in answer.headers["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer["Cache-Control"] == "private, no-store"


def test_in_wechat_the_page_says_how_to_download(world, holder):
    certificate = make_certificate(world.division, person=holder)
    page = make_client(holder.user).get(
        reverse("certificates:own_detail", args=[certificate.uuid]), headers={"user-agent": "Mozilla MicroMessenger/8.0"}
    )
    assert "在浏览器打开" in page.content.decode()


def test_somebody_elses_certificate_is_not_there(world, holder, client_as):
    certificate = print_one(world.division)
    for browser in (make_client(holder.user), client_as()):
        for route in ("own_detail", "own_file"):
            assert browser.get(reverse(f"certificates:{route}", args=[certificate.uuid])).status_code == 404
    assert client_as().get(reverse("certificates:list")).status_code == 404


def test_an_office_sees_its_own_divisions(world, client_as):
    certificate = print_one(world.division)
    own, foreign = client_as("class_manager", world.county), client_as("class_manager", world.foreign_county)
    for route in ("detail", "file"):
        address = reverse(f"certificates:{route}", args=[certificate.uuid])
        assert own.get(address).status_code == 200 and foreign.get(address).status_code == 404
    assert certificate.number in own.get(reverse("certificates:list")).content.decode()
    assert certificate.number not in foreign.get(reverse("certificates:list")).content.decode()
    assert certificate.number in client_as("regional_admin", world.province).get(reverse("certificates:list")).content.decode()


def test_only_the_issuers_office_voids(world, client_as):
    issuer = make_issuer(world.prefecture)
    certificate = make_certificate(world.division, issuer=issuer)
    county, city = client_as("class_manager", world.county), client_as("class_manager", world.prefecture)
    address = reverse("certificates:void", args=[certificate.uuid])
    assert county.post(address, {"reason": "错"}).status_code == 404
    assert client_as("auditor", world.prefecture).post(address, {"reason": "错"}).status_code == 404
    assert city.post(address, {"reason": ""}).status_code == 400
    assert Certificate.objects.get().is_valid
    assert city.post(address, {"reason": "姓名有误"}).status_code == 302
    assert not Certificate.objects.get().is_valid


def test_reissuing_leads_to_the_new_one(world, client_as, django_capture_on_commit_callbacks):
    certificate = make_certificate(world.division)
    browser = client_as("class_manager", world.county)
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(reverse("certificates:reissue", args=[certificate.uuid]), {"reason": "更名"})
    new = Certificate.objects.get(voided_at__isnull=True)
    assert answer.url == reverse("certificates:detail", args=[new.uuid]) and new.file_sha256


def test_printing_is_asked_for_as_a_job(world, client_as):
    certificate = make_certificate(world.division)
    answer = client_as("class_manager", world.county).post(reverse("certificates:print", args=[certificate.uuid]))
    job = Job.objects.get()
    assert answer.url == reverse("job_detail", args=[job.uuid]) and job.queue == "pdf"


def test_an_auditor_reads_but_gets_no_code_and_no_file(world, client_as):
    certificate = print_one(world.division)
    browser = client_as("auditor", world.county)
    page = browser.get(reverse("certificates:detail", args=[certificate.uuid])).content.decode()
    assert certificate.number in page
    assert certificate.code not in page and certificate.code[:5] not in page
    assert browser.get(reverse("certificates:file", args=[certificate.uuid])).status_code == 404


def test_registering_an_issuer(world, client_as):
    organisation = make_organisation(world.division)
    foreign = make_organisation(world.foreign_county, name="外省单位")
    browser = client_as("regional_admin", world.county)
    address = reverse("certificates:open_issuer")
    filled = {"organisation": foreign.pk, "code": "530621", "heading": "结业证书"}
    assert browser.post(address, filled).status_code == 200 and not Issuer.objects.exists()
    assert browser.post(address, {**filled, "organisation": organisation.pk}).status_code == 302
    assert "530621" in browser.get(reverse("certificates:issuers")).content.decode()
    assert client_as("class_manager", world.county).get(address).status_code == 404


def test_search_by_number_name_and_state(world, client_as):
    one = make_certificate(world.division, person=make_person(world.division, name="张桂英"))
    two = print_one(world.division)
    browser = client_as("class_manager", world.county)

    def found(**asked):
        page = browser.get(reverse("certificates:list"), asked).content.decode()
        return {c.number for c in (one, two) if c.number in page}

    assert found(q="张桂") == {one.number}
    assert found(q=two.number.replace("-", "")) == {two.number}
    assert found(status="unprinted") == {one.number}
    assert found(status="voided") == set()


@pytest.mark.parametrize("route", ["certificates:list", "certificates:mine"])
def test_lists_take_as_many_queries_for_thirty_as_for_three(world, holder, route):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from lms.accounts.roles import Role
    from tests.factories.world import give

    give(holder.user, Role.CLASS_MANAGER, world.county)
    counts = []
    for size in (3, 27):
        for _ in range(size):
            make_certificate(world.division, person=holder)
        browser = make_client(holder.user)
        browser.get(reverse(route))
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(reverse(route)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
