"""Password rules beyond Django's own."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class MixedValidator:
    """At least two of letters, digits and other characters (Chinese characters are others)."""

    def validate(self, password: str, user: Any = None) -> None:
        kinds = [re.search(r"[A-Za-z]", password), re.search(r"[0-9]", password), re.search(r"[^A-Za-z0-9]", password)]
        if sum(found is not None for found in kinds) < 2:
            raise ValidationError(_("密码至少要包含字母、数字、其他字符中的两种。"), code="password_not_mixed")

    def get_help_text(self) -> str:
        return _("密码至少要包含字母、数字、其他字符中的两种。")


class NotTheSameValidator:
    """The new password is not the one in use: a given password must really be changed."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is not None and user.pk and user.check_password(password):
            raise ValidationError(_("新密码不能与当前密码相同。"), code="password_the_same")

    def get_help_text(self) -> str:
        return _("新密码不能与当前密码相同。")
