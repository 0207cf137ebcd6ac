"""A link by which somebody without an account signs one thing, once.

The token is shown when it is made and kept only as a digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor, Grant
from lms.core.errors import BadInput, Missing
from lms.core.roles import Role
from lms.people.models import SigningLink
from lms.places.models import Division

LASTS = dt.timedelta(days=3)
LONGEST = dt.timedelta(days=14)


def issue_link(
    *,
    act: str,
    subject_label: str,
    subject_uuid: uuid.UUID,
    content_sha256: str,
    division: Division,
    signer_name: str,
    signer_title: str,
    by: Actor,
    lasts: dt.timedelta = LASTS,
) -> tuple[SigningLink, str]:
    """Make a link for one act on one thing as it now is; returns it with the token. An earlier open link for the same is revoked.

    The caller has checked that ``by`` may do the act: the link lends that right, in ``division``, once.
    """
    name, title = signer_name.strip(), signer_title.strip()
    if not name or not title:
        raise BadInput(_("请填写签字人的姓名和职务。"))
    if not dt.timedelta() < lasts <= LONGEST:
        raise BadInput(_("签字链接的有效期应在 14 天以内。"))
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        now = clock.now()
        earlier = SigningLink.objects.open().filter(subject_uuid=subject_uuid).select_for_update(no_key=True).order_by("pk")
        for link in earlier:
            _revoke(link, by)
        link = SigningLink.objects.create(
            token_digest=digest_of(token),
            act=act,
            subject_label=subject_label,
            subject_uuid=subject_uuid,
            content_sha256=content_sha256,
            division=division,
            signer_name=name[:60],
            signer_title=title[:80],
            issued_by=by.uuid,
            issued_at=now,
            expires_at=now + lasts,
        )
        audit.record(
            "people.signing_link.issued",
            link,
            by=by,
            division_path=division.path,
            act=act,
            subject=subject_uuid,
            content_sha256=content_sha256,
            expires_at=link.expires_at.isoformat(),
        )
    return link, token


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_link(token: str) -> SigningLink:
    """The link a token opens. Used, expired, revoked and wrong are all the same: missing."""
    link = SigningLink.objects.open().select_related("division").filter(token_digest=digest_of(token)).first()
    if link is None or link.expires_at <= clock.now():
        raise Missing(_("没有这个页面。"))
    return link


def take_link(token: str, *, outcome: str, address: str = "") -> SigningLink:
    """Use a link up, in the caller's transaction: of two at once one gets it, the other finds it missing."""
    found = SigningLink.objects.select_for_update(of=("self",), no_key=True).select_related("division")
    link = found.filter(token_digest=digest_of(token)).first()
    if link is None or not link.is_open:
        raise Missing(_("没有这个页面。"))
    link.used_at, link.used_from, link.outcome = clock.now(), address or None, outcome
    link.save(update_fields=["used_at", "used_from", "outcome"])
    audit.record(
        "people.signing_link.used",
        link,
        by=signer_of(link, address),
        division_path=link.division.path,
        act=link.act,
        outcome=outcome,
        subject=link.subject_uuid,
        content_sha256=link.content_sha256,
    )
    return link


def revoke_links(subject_uuid: uuid.UUID, *, by: Actor) -> int:
    """What was to be signed is no more: its open links end."""
    links = list(SigningLink.objects.open().filter(subject_uuid=subject_uuid).select_for_update(no_key=True).order_by("pk"))
    for link in links:
        _revoke(link, by)
    return len(links)


def _revoke(link: SigningLink, by: Actor) -> None:
    link.revoked_at, link.revoked_by = clock.now(), by.uuid
    link.save(update_fields=["revoked_at", "revoked_by"])
    audit.record("people.signing_link.revoked", link, by=by, division_path=link.division.path, act=link.act)


def signer_of(link: SigningLink, address: str = "") -> Actor:
    """The signer as an actor: a reviewer in the link's division and nothing else, nowhere else."""
    return Actor(
        uuid=link.uuid, label="signing-link", grants=(Grant(role=Role.REVIEWER, path=link.division.path),), address=address
    )


def signers(uuids: set[uuid.UUID]) -> dict[uuid.UUID, SigningLink]:
    """Links by uuid, for showing who signed."""
    return {link.uuid: link for link in SigningLink.objects.filter(uuid__in=uuids)}
