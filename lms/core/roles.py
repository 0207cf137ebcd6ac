"""The roles of DOMAIN §1 as data, below every room that asks for one. A role is held *in a division*; a learner needs none."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    TRAINER = "trainer", _("讲师")
    SUPERVISOR = "supervisor", _("督导")
    CLASS_MANAGER = "class_manager", _("班主任（经办人）")
    REGIONAL_ADMIN = "regional_admin", _("地区管理员")
    REVIEWER = "reviewer", _("审核人")
    EDITOR = "editor", _("内容编辑")
    AUDITOR = "auditor", _("审计管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")


# Roles that see other people's data: a second factor is required of them in the server shape.
SEES_PEOPLE = frozenset(
    {
        Role.SUPERVISOR,
        Role.CLASS_MANAGER,
        Role.REGIONAL_ADMIN,
        Role.REVIEWER,
        Role.AUDITOR,
        Role.SECURITY_ADMIN,
        Role.SYSTEM_ADMIN,
        Role.TRAINER,
    }
)
# Roles that work in the Wagtail admin.
EDITORIAL = frozenset({Role.TRAINER, Role.EDITOR, Role.REVIEWER, Role.REGIONAL_ADMIN, Role.SYSTEM_ADMIN})
# Roles that read figures of their own subtree.
REPORTING = frozenset({Role.CLASS_MANAGER, Role.REGIONAL_ADMIN, Role.REVIEWER, Role.AUDITOR})
# Roles that run classes and keep the people's records of their subtree.
OFFICE = frozenset({Role.CLASS_MANAGER, Role.REGIONAL_ADMIN})
# Anybody who holds a role at all.
STAFF = frozenset(Role)
# 三员分立: the three duties that one person never holds together.
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
# Roles that look after accounts and the roles of others.
ACCOUNT_KEEPERS = frozenset({Role.SECURITY_ADMIN, Role.REGIONAL_ADMIN})
# Who may give (and end) which role. Nobody gives one to oneself or beyond the division where the own role is held.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.SECURITY_ADMIN: frozenset(Role),
    Role.REGIONAL_ADMIN: frozenset(
        {Role.TRAINER, Role.SUPERVISOR, Role.CLASS_MANAGER, Role.REGIONAL_ADMIN, Role.REVIEWER, Role.EDITOR}
    ),
}
