"""Trainee categories (对象类别) that a region is known to use, as data to start from. DOMAIN §4."""

from __future__ import annotations

from lms.core.actor import Actor
from lms.places.models import Division
from lms.programmes import services
from lms.programmes.models import Category

# The five of one region; whoever uses other ones adds them as data.
FIVE: tuple[tuple[str, str], ...] = (
    ("c1", "相关部门职能处室负责同志"),
    ("c2", "民政厅处室、厅属单位社工岗位人才"),
    ("c3", "市县民政局分管负责同志及业务骨干"),
    ("c4", "乡镇（街道）分管社工站建设的负责同志"),
    ("c5", "机构及乡镇（街道）的社会工作师"),
)


def seed_five(*, division: Division, by: Actor, source: str = "") -> list[Category]:
    """Give a province the five categories; running it again changes nothing."""
    return [services.create_category(code=code, name=name, division=division, source=source, by=by) for code, name in FIVE]
