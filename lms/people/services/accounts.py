"""Opening accounts for persons, with a temporary password that must be changed at the first sign-in."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts import services as accounts
from lms.accounts.models import User
from lms.audit import services as audit
from lms.core.actor import Actor
from lms.core.errors import Refused
from lms.core.ids import new_code
from lms.people.models import Person
from lms.people.spelling import pinyin_of

LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"


def open_account(*, person: Person, by: Actor, username: str | None = None) -> tuple[User, str]:
    """Open the account of one person; returns it with the temporary password, which is shown once and stored nowhere.

    Refuses a person who has an account already, and one of a division that ``by`` does not reach.
    """
    return _open([person], by, [username])[0]


def open_accounts(people: Sequence[Person], by: Actor, *, bind: bool = True) -> list[tuple[User, str]]:
    """Open accounts for many, in order; those who have one are passed over, and those of divisions
    that ``by`` does not reach (their own office opens it). Chunks of 500, each whole.

    Who posts lines of them in the same transaction says ``bind=False``, and calls ``bind_accounts`` when the lines are posted.
    """
    wanted = list({p.pk: p for p in people if p.user_id is None and p.erased_at is None and by.covers(p.division.path)}.values())
    result: list[tuple[User, str]] = []
    for start in range(0, len(wanted), 500):
        chunk = wanted[start : start + 500]
        result += _open(chunk, by, [None] * len(chunk), bind=bind)
    return result


def bind_accounts(people: Sequence[Person]) -> None:
    """Write whose account is whose. It stops whoever names the person in another row, at their commit, when they have their
    position: so it comes after one's own."""
    Person.objects.bulk_update(people, ["user"], batch_size=500)


def _open(people: Sequence[Person], by: Actor, usernames: Sequence[str | None], *, bind: bool = True) -> list[tuple[User, str]]:
    with transaction.atomic():
        held = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[p.pk for p in people])
        locked = {p.pk: p for p in held.order_by("pk")}
        if any(locked[p.pk].user_id for p in people):
            raise Refused(_("此人已有账号。"))
        if any(locked[p.pk].erased_at for p in people):
            raise Refused(_("此人的个人信息已删除，不能开通账号。"))
        if not all(by.covers(p.division.path) for p in people):
            raise Refused(_("此人不在您负责的地区，账号由其所在地区开通。"))
        phones = _free_phones(people)
        rows = [
            {
                "username": username or suggested_username(person.name),
                "password": accounts.drawn_password(),
                "phone": phones.get(person.pk),
                "must_change_password": True,
                "division": person.division,
            }
            for person, username in zip(people, usernames, strict=True)
        ]
        users = accounts.create_users(rows, by=by)
        for person, user in zip(people, users, strict=True):
            person.user = user
        if bind:
            bind_accounts(people)
        audit.record_many("people.account.opened", people, by=by, path_of=lambda p: p.division.path)
        return [(user, str(row["password"])) for user, row in zip(users, rows, strict=True)]


def suggested_username(name: str) -> str:
    """Pinyin of the name and five drawn characters: easy to type, not to be guessed from the name."""
    spelled = "".join(c for c in pinyin_of(name) if c.isascii() and c.isalpha())[:16]
    return (spelled or "user") + new_code(5, LETTERS[:8] + DIGITS)


def _free_phones(people: Sequence[Person]) -> dict[int, str]:
    """Mobile numbers that may serve for signing in: of one person only, and of no account yet."""
    mobiles: dict[str, list[int]] = {}
    for person in people:
        if len(person.phone) == 11 and person.phone.startswith("1"):
            mobiles.setdefault(person.phone, []).append(person.pk)
    taken = set(User.objects.filter(phone__in=list(mobiles)).values_list("phone", flat=True))
    return {pks[0]: number for number, pks in mobiles.items() if len(pks) == 1 and number not in taken}
