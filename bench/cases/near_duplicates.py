"""An item that is being written, looked up among 50,000 for near-duplicates; the planted original must be found each time.

The floor is what no index spares: reading as many candidates by key and comparing their words.
"""

from __future__ import annotations

import itertools
import random

from django.db import transaction

from bench.frame import Pair
from bench.world import Bench
from exams import rules
from exams.likeness import LOOKED_AT, alike_items
from exams.models import Item, ItemSketch, ItemVersion
from tests.factories import exams as make

FLOOR = f"{LOOKED_AT} items read by key and their words compared"
TARGET = 3.0
ITEMS, CHUNK = 50_000, 2_000
WHO = ("社会工作者", "督导者", "社区干部", "村民委员会", "居民委员会", "志愿者", "救助站", "服务机构", "民政部门", "学校社工")
DOES = ("走访", "评估", "转介", "陪伴", "记录", "动员", "培训", "支持", "协调", "回访", "介入", "宣传", "约谈", "统筹")
WHOM = ("独居老人", "留守儿童", "残疾人家庭", "低保对象", "流动人口", "社区居民", "青少年小组", "康复人员", "单亲母亲", "退役军人")
WHERE = ("乡镇社工站", "城市社区", "易地搬迁安置点", "福利院", "司法所", "医院病房", "学校", "养老机构", "农村幸福院", "街道办事处")
ASKS = ("首先应当做的是", "最恰当的做法是", "体现的原则是", "属于的阶段是", "运用的技巧是", "需要避免的是", "所依据的理论是")


def prepare(bench: Bench) -> Pair:
    rng = random.Random(11)

    def sentence() -> str:
        return rng.choice(WHO) + "在" + rng.choice(WHERE) + rng.choice(DOES) + rng.choice(WHOM)

    bank = make.bank()
    contents = []
    for start in range(0, ITEMS, CHUNK):
        chunk = [
            rules.ItemContent.of(
                kind="single",
                stem=f"{sentence()}，随后{sentence()}，{rng.choice(ASKS)}（　）。第{number}号",
                options=[f"{sentence()}并{rng.choice(DOES)}" for _ in range(4)],
                keys="A",
            )
            for number in range(start, start + CHUNK)
        ]
        with transaction.atomic():
            items = Item.objects.bulk_create(
                Item(bank=bank, code=f"N{number:06d}", created_by=bench.by.uuid) for number in range(start, start + CHUNK)
            )
            ItemVersion.objects.bulk_create(
                ItemVersion(
                    item=item,
                    number=1,
                    **content.columns(),
                    points=100,
                    source="自编",
                    fingerprint=content.fingerprint,
                    author=bench.by.uuid,
                    author_label="bench",
                )
                for item, content in zip(items, chunk, strict=True)
            )
            ItemSketch.objects.bulk_create(
                ItemSketch(item=item, digest=digest)
                for item, content in zip(items, chunk, strict=True)
                for digest in rules.sketch(content.wording)
            )
        contents += zip(items, chunk, strict=True)
    probes = itertools.cycle(rng.sample(contents, 40))
    keys = [item.pk for item, _content in rng.sample(contents, LOOKED_AT)]

    def ours() -> None:
        item, content = next(probes)
        changed = rules.ItemContent.of(kind="single", stem="某地" + content.stem, options=content.options, keys="B")
        assert item.pk in {one.version.item_id for one in alike_items(bench.by, changed)}

    def floor() -> None:
        _item, content = next(probes)
        rows = ItemVersion.objects.filter(item_id__in=keys).select_related("item__bank")
        assert len([rules.similarity(content.wording, row.content.wording) for row in rows]) == LOOKED_AT

    return Pair(ours, floor, rounds=40, note="50,000 items, 1 M digests")
