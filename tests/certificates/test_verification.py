"""The public look-up: valid, voided, unknown; a wrong code is the same unknown; nobody is enumerated."""

import json
from io import BytesIO, StringIO

import pikepdf
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from certificates import services, throttle
from certificates.selectors import look_up
from lms.core.actor import Actor
from tests.factories.certificates import make_certificate, print_one
from tests.factories.world import make_person

SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def ask(number, code):
    return Client().get(f"/v/{number}/{code}/")


def test_a_stranger_sees_that_it_is_valid_and_no_full_name(world):
    certificate = make_certificate(world.division, person=make_person(world.division, name="张桂英", sex="2"))
    answer = ask(certificate.number, certificate.code)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "证书有效" in page and "张*英" in page and certificate.title in page
    assert "张桂英" not in page and certificate.code not in page.replace(answer.wsgi_request.path, "")
    assert answer["Cache-Control"] == "private, no-store" and answer["Referrer-Policy"] == "no-referrer"


def test_voided_says_so_and_that_there_is_a_new_one(world):
    certificate = make_certificate(world.division)
    services.reissue_certificate(certificate=certificate, reason="更名", by=SYSTEM)
    page = ask(certificate.number, certificate.code).content.decode()
    assert "证书已作废" in page and "已补发" in page and "更名" not in page


def test_a_wrong_code_answers_exactly_as_an_unknown_number(world):
    certificate = make_certificate(world.division)
    wrong = ask(certificate.number, "AAAAAAAAAA")
    unknown = ask("999999-2026-0001-00001", "AAAAAAAAAA")
    nonsense = ask("x", "y")
    bodies = set()
    for answer in (wrong, unknown, nonsense):
        assert answer.status_code == 404
        path = answer.wsgi_request.path
        body = answer.content.decode().replace(path, "PATH")
        for token in ("csrfmiddlewaretoken", "nonce="):
            while token in body:
                start = body.index(token)
                body = body[:start] + body[body.index(">", start) :]
        bodies.add(body)
    assert len(bodies) == 1


def test_wrong_and_unknown_cost_the_same_queries(world, django_assert_num_queries):
    certificate = make_certificate(world.division)
    for number, code in ((certificate.number, "AAAAAAAAAA"), ("999999-2026-0001-00001", certificate.code), ("", "")):
        with django_assert_num_queries(1):
            assert look_up(number, code).status == "unknown"


def test_typed_carelessly_it_is_still_found(world):
    certificate = make_certificate(world.division)
    typed = {"number": certificate.number.replace("-", " "), "code": f" {certificate.code[:5].lower()} {certificate.code[5:]}"}
    answer = Client().post(reverse("verify:form"), typed, follow=True)
    assert "证书有效" in answer.content.decode()


@pytest.mark.parametrize("typed", [{"number": "530621", "code": "AAAAAAAAAA"}, {"number": "", "code": ""}])
def test_what_cannot_be_a_number_is_said_kindly(world, typed):
    answer = Client().post(reverse("verify:form"), typed)
    assert answer.status_code == 200 and "error" in answer.content.decode()


def test_asking_too_often_is_refused_for_that_address_only(world, monkeypatch):
    monkeypatch.setattr(throttle, "LIMIT", 3)
    certificate = make_certificate(world.division)
    for _ in range(3):
        assert ask("999999-2026-0001-00001", "AAAAAAAAAA").status_code == 404
    refused = ask(certificate.number, certificate.code)
    assert refused.status_code == 429 and refused["Retry-After"]
    other = Client(REMOTE_ADDR="10.0.0.9").get(f"/v/{certificate.number}/{certificate.code}/")
    assert other.status_code == 200


def upload(body, name="certificate.pdf"):
    return Client().post(reverse("verify:file"), {"file": SimpleUploadedFile(name, body, content_type="application/pdf")})


def test_the_issued_file_is_recognised_and_a_changed_one_is_not(world):
    certificate = print_one(world.division)
    with certificate.file.open() as handle:
        body = handle.read()
    assert "证书有效" in upload(body).content.decode()
    changed = upload(body.replace(b"%%EOF", b"%%EOF\n"))
    assert changed.status_code == 404 and "与存档的文件不一致" in changed.content.decode()
    assert upload(b"").status_code == 400
    services.void_certificate(certificate=certificate, reason="测试", by=SYSTEM)
    assert "证书已作废" in upload(body).content.decode()


def test_the_log_holds_no_name_and_no_number(world):
    certificate = make_certificate(world.division, person=make_person(world.division, name="张桂英"))
    page = Client().get(reverse("verify:log")).content.decode()
    assert certificate.payload_sha256[:16] in page
    assert "张桂英" not in page and certificate.number not in page and certificate.code not in page


# -- the command ------------------------------------------------------------------------------------------------------------


def run(what, *options):
    out = StringIO()
    try:
        call_command("verify_certificate", str(what), *options, stdout=out)
        code = 0
    except SystemExit as leaving:
        code = leaving.code
    return code, out.getvalue()


def test_the_command_by_number(world):
    certificate = make_certificate(world.division)
    code, out = run(certificate.number, "--json")
    facts = json.loads(out)
    assert (code, facts["status"], facts["number"], facts["payload_sha256"]) == (
        0, "valid", certificate.number, certificate.payload_sha256
    )  # fmt: skip
    assert certificate.holder_name not in out
    services.void_certificate(certificate=certificate, reason="测试", by=SYSTEM)
    assert run(certificate.number)[0] == 1 and json.loads(run(certificate.number, "--json")[1])["status"] == "voided"
    assert run("999999-2026-0001-00001")[0] == 1


def test_the_command_by_file(world, tmp_path):
    certificate = print_one(world.division)
    kept = tmp_path / "kept.pdf"
    with certificate.file.open() as handle:
        kept.write_bytes(handle.read())
    assert json.loads(run(kept, "--json")[1])["file"] == "as issued"
    anew = tmp_path / "anew.pdf"
    with pikepdf.open(kept) as pdf:
        pdf.save(anew)
    code, out = run(anew, "--json")
    assert (code, json.loads(out)["file"]) == (0, "saved anew, payload intact")
    forged = tmp_path / "forged.pdf"
    with pikepdf.open(kept) as pdf:
        body = pdf.attachments["certificate.json"].get_file().read_bytes().replace(b'"hours":"40"', b'"hours":"90"')
        pdf.attachments["certificate.json"] = pikepdf.AttachedFileSpec(pdf, body, filename="certificate.json")
        pdf.save(forged)
    code, out = run(forged, "--json")
    assert (code, json.loads(out)["status"]) == (1, "unknown")


@pytest.mark.parametrize("body", [b"", b"hello", b"%PDF-1.7 broken"])
def test_the_command_refuses_what_is_no_certificate(world, tmp_path, body):
    path = tmp_path / "x.pdf"
    path.write_bytes(body)
    with pytest.raises(CommandError) as refusal:
        run(path)
    assert refusal.value.returncode == 2


def test_the_command_refuses_nonsense(world, tmp_path):
    with pytest.raises(CommandError):
        run("no-such-thing")
    with pytest.raises(CommandError):
        run(tmp_path / "missing.pdf")
    empty = BytesIO()
    pikepdf.new().save(empty)
    path = tmp_path / "empty.pdf"
    path.write_bytes(empty.getvalue())
    with pytest.raises(CommandError):
        run(path)
