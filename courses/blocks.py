"""Blocks of a lesson: interpretation of a policy, practice, and the knowledge checks that stand after the text."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock

from cms.blocks import SHORT_FEATURES, body_blocks


class PolicyInterpretationBlock(blocks.StructBlock):
    """One article of a policy: where it stands, a short quotation, what it says, what it means at the grassroots."""

    policy = SnippetChooserBlock("cms.Policy", label=_("政策法规"))
    article = blocks.CharBlock(label=_("条款"), required=False, max_length=60, help_text=_("例如：第九条。拿不准时留空。"))
    quotation = blocks.TextBlock(
        label=_("条文摘录"), required=False, max_length=300, rows=3, help_text=_("只摘与本课有关的一两句，须与公开文本一致。")
    )
    interpretation = blocks.RichTextBlock(label=_("解读"), features=SHORT_FEATURES)
    meaning = blocks.RichTextBlock(label=_("对基层意味着什么"), features=SHORT_FEATURES)

    law_as_of = blocks.DateBlock(label=_("依据哪一天的文本"), required=False)

    class Meta:
        label = _("政策解读")
        icon = "openquote"
        template = "courses/blocks/policy_interpretation.html"


class PracticeBlock(blocks.StructBlock):
    """A situation from the work, the steps to take, and questions to think about."""

    situation = blocks.RichTextBlock(
        label=_("情境"), features=SHORT_FEATURES, help_text=_("用化名或不写姓名，不得出现真实服务对象。")
    )
    steps = blocks.ListBlock(blocks.TextBlock(rows=2), label=_("步骤"), min_num=1, max_num=12)
    reflection = blocks.ListBlock(blocks.TextBlock(rows=2), label=_("反思问题"), default=[], max_num=6)

    class Meta:
        label = _("实务练习")
        icon = "tasks"
        template = "courses/blocks/practice.html"


class CheckOptionBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("选项"), max_length=200)
    is_correct = blocks.BooleanBlock(label=_("正确"), required=False)
    feedback = blocks.CharBlock(label=_("选它时的反馈"), required=False, max_length=300)

    class Meta:
        label = _("选项")
        form_layout = ["text", "is_correct", "feedback"]


class KnowledgeCheckBlock(blocks.StructBlock):
    """A question with two to six options, one or several of them right."""

    question = blocks.TextBlock(label=_("题目"), rows=2, max_length=500)
    options = blocks.ListBlock(CheckOptionBlock(), label=_("选项"), min_num=2, max_num=6)
    explanation = blocks.TextBlock(label=_("解析"), rows=3, max_length=800)

    class Meta:
        label = _("随堂检测")
        icon = "help"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        right = sum(1 for option in cleaned["options"] if option["is_correct"])
        if right == 0:
            problem = ValidationError(_("请至少把一个选项标为正确。"))
            raise StructBlockValidationError({"options": ErrorList([problem])})
        if right == len(cleaned["options"]):
            problem = ValidationError(_("不能所有选项都正确。"))
            raise StructBlockValidationError({"options": ErrorList([problem])})
        return cleaned


def lesson_blocks() -> list[tuple[str, blocks.Block]]:
    """The blocks a lesson's text may hold, in the order in which the editor offers them."""
    return [
        *body_blocks(),
        ("policy_interpretation", PolicyInterpretationBlock()),
        ("practice", PracticeBlock()),
    ]


def check_blocks() -> list[tuple[str, blocks.Block]]:
    return [("check", KnowledgeCheckBlock())]
