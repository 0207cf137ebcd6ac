"""Tokens: made and ended by their holder or by the office above, opened at each request with the rights the holder has today."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable

from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from lms.accounts.models import User
from lms.accounts.roles import ACCOUNT_KEEPERS, REPORTING
from lms.accounts.selectors import actor_for, grants_held_by
from lms.audit import services as audit
from lms.core import clock
from lms.core.actor import Actor, Grant
from lms.core.errors import BadInput, Missing, Refused
from lms.places.models import Division
from lms.reports.models import ApiToken
from lms.reports.states import TokenScope

LONGEST = dt.timedelta(days=366)
SEE = REPORTING | ACCOUNT_KEEPERS
MOST = 20  # standing tokens of one holder


def make_token(*, division: Division, name: str, scopes: Collection[str], days: int, by: Actor) -> tuple[ApiToken, str]:
    """A token and its secret, which is never shown again. Refuses a division outside the maker's, no scope, more than a year."""
    if by.user_id is None or not by.covers(division.path, *REPORTING):
        raise Missing(_("没有这个地区。"))
    if not name.strip():
        raise BadInput(_("请写明给哪个系统用。"))
    wanted = sorted(set(scopes) & set(TokenScope.values))
    if not wanted or len(wanted) != len(set(scopes)):
        raise BadInput(_("请选择令牌可以读取的内容。"))
    if not dt.timedelta() < dt.timedelta(days=days) <= LONGEST:
        raise BadInput(_("令牌的有效期应在一年以内。"))
    secret = f"lms_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.user_id)
        if ApiToken.objects.standing().filter(holder_id=by.user_id).count() >= MOST:
            raise Refused(_("每人最多保留 %(n)d 个有效令牌，请先停用不再使用的。") % {"n": MOST})
        now = clock.now()
        token = ApiToken.objects.create(
            holder_id=by.user_id,
            division=division,
            name=name.strip()[:60],
            scopes=wanted,
            prefix=secret[4:12],
            digest=digest_of(secret),
            created_at=now,
            expires_at=now + dt.timedelta(days=days),
        )
        audit.record("reports.token.made", token, by=by, division_path=division.path, scopes=wanted, days=days)
    return token, secret


def end_token(*, token: ApiToken, by: Actor) -> ApiToken:
    """No request is answered with it any more. Ending twice is once."""
    with transaction.atomic():
        locked = ApiToken.objects.select_for_update(of=("self",), no_key=True).select_related("division").get(pk=token.pk)
        if locked.ended_at is None:
            locked.ended_at, locked.ended_by = clock.now(), by.uuid
            locked.save(update_fields=["ended_at", "ended_by"])
            audit.record("reports.token.ended", locked, by=by, division_path=locked.division.path)
    return locked


def tokens_seen_by(actor: Actor) -> QuerySet[ApiToken]:
    """One's own, and those that read the divisions one reports for or whose accounts one keeps."""
    found = ApiToken.objects.filter(actor.q("division__path", *SEE) | Q(holder_id=actor.user_id))
    return found.select_related("division", "holder")


class State(models.TextChoices):
    """Whether a token still opens anything, and if not, why."""

    STANDING = "standing", _lazy("有效")
    ENDED = "ended", _lazy("已停用")
    EXPIRED = "expired", _lazy("已到期")
    LEFT = "left", _lazy("持有人已离任")

    @classmethod
    def of(cls, token: ApiToken, grants: Iterable[Grant], now: dt.datetime) -> State:
        """``grants``: what the holder holds today."""
        if token.ended_at is not None:
            return cls.ENDED
        if token.expires_at <= now:
            return cls.EXPIRED
        return cls.STANDING if token.holder.is_active and _held(token, grants) else cls.LEFT


def _held(token: ApiToken, grants: Iterable[Grant]) -> set[str]:
    """The holder's roles that reach the token's division."""
    return {grant.role for grant in grants if grant.role in REPORTING and token.division.path.startswith(grant.path)}


def with_states(tokens: Iterable[ApiToken]) -> list[tuple[ApiToken, State]]:
    """Each token with its state today; one query, however many holders."""
    rows, now = list(tokens), clock.now()
    grants = grants_held_by({token.holder_id for token in rows})
    return [(token, State.of(token, grants.get(token.holder_id, []), now)) for token in rows]


def open_token(secret: str, *, address: str = "") -> tuple[ApiToken, Actor] | None:
    """The token and whom it stands for; None when it is unknown, ended, expired, or its holder no longer holds a role there."""
    token = ApiToken.objects.standing().select_related("division", "holder").filter(digest=digest_of(secret)).first()
    if token is None:
        return None
    holder, now = actor_for(token.holder), clock.now()
    if State.of(token, holder.grants, now) != State.STANDING:
        return None
    ApiToken.objects.filter(pk=token.pk).update(uses=F("uses") + 1, last_used_at=now)
    grants = tuple(Grant(role, token.division.path, token.division.name) for role in sorted(_held(token, holder.grants)))
    return token, Actor(uuid=holder.uuid, label=f"api:{token.prefix}", user_id=holder.user_id, grants=grants, address=address)


def digest_of(secret: str) -> str:
    """Of 256 random bits: nothing to guess, so a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
