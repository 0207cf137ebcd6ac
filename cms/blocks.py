"""Blocks of a page's body, one template each in ``cms/blocks/``. ``body_blocks()`` is what other rooms build on.

No block depends on who reads: a body is rendered once a revision (see ``rendering``).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock
from wagtailmedia.blocks import AbstractMediaChooserBlock

TEXT_FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]
SHORT_FEATURES = ["bold", "ol", "ul", "link", "document-link"]
NAME_WARNING = _("不得写出服务对象的姓名、证件号或能认出他的细节；用“某某”或化名。")


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("标题文字"), max_length=100)
    level = blocks.ChoiceBlock(label=_("级别"), choices=[("2", _("大标题")), ("3", _("小标题"))], default="2")

    class Meta:
        icon = "title"
        label = _("标题")
        template = "cms/blocks/heading.html"
        form_layout = ["text", "level"]


class FigureBlock(blocks.StructBlock):
    """A picture with a caption and its source."""

    image = ImageBlock(label=_("图片"))
    caption = blocks.CharBlock(label=_("图注"), required=False, max_length=200)
    source = blocks.CharBlock(label=_("来源"), required=False, max_length=120)

    class Meta:
        icon = "image"
        label = _("图片与图注")
        template = "cms/blocks/figure.html"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("引文"), rows=3)
    source = blocks.CharBlock(label=_("出处"), required=False, max_length=200)

    class Meta:
        icon = "openquote"
        label = _("引文")
        template = "cms/blocks/quote.html"


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("种类"),
        choices=[("info", _("说明")), ("good", _("要点")), ("warn", _("注意")), ("bad", _("禁止"))],
        default="info",
    )
    title = blocks.CharBlock(label=_("小标题"), required=False, max_length=60)
    text = blocks.RichTextBlock(label=_("内容"), features=SHORT_FEATURES)

    class Meta:
        icon = "warning"
        label = _("提示框")
        template = "cms/blocks/callout.html"


class TableBlock(TypedTableBlock):
    class Meta:
        icon = "table"
        label = _("表格")
        template = "cms/blocks/table.html"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("做什么"), max_length=80)
    text = blocks.RichTextBlock(label=_("怎么做"), required=False, features=SHORT_FEATURES)

    class Meta:
        label = _("步骤")


class StepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("小标题"), required=False, max_length=80)
    steps = blocks.ListBlock(StepBlock(), label=_("步骤"), min_num=1, max_num=20)

    class Meta:
        icon = "list-ol"
        label = _("步骤")
        template = "cms/blocks/steps.html"


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("文档"))
    label = blocks.CharBlock(label=_("显示文字"), required=False, max_length=100)
    note = blocks.CharBlock(label=_("说明"), required=False, max_length=200)

    class Meta:
        icon = "download"
        label = _("下载")
        template = "cms/blocks/download.html"


class MediaChooserBlock(AbstractMediaChooserBlock):
    def render_basic(self, value: Any, context: Any = None) -> str:
        return str(value.title) if value else ""


class MediaBlock(blocks.StructBlock):
    """Audio or video. Nothing is loaded before the reader asks; the transcript stands beside it."""

    media = MediaChooserBlock(label=_("音频或视频"))
    caption = blocks.CharBlock(label=_("标题"), required=False, max_length=120)
    transcript = blocks.TextBlock(label=_("文字稿"), required=False, rows=6, help_text=_("留空时用音视频自带的文字稿。"))

    class Meta:
        icon = "media"
        label = _("音频或视频")
        template = "cms/blocks/media.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        media = cleaned.get("media")
        if media and not cleaned.get("transcript") and not media.transcript:
            raise StructBlockValidationError({"transcript": ValidationError(_("请填写文字稿，供听不到声音或网络较差的学员阅读。"))})
        return cleaned


class PolicyCitationBlock(blocks.StructBlock):
    """What a policy says, with the article and the day at which the text was in force."""

    policy = SnippetChooserBlock("cms.Policy", label=_("政策法规"))
    article = blocks.CharBlock(label=_("条款"), required=False, max_length=60, help_text=_("例如：第五十五条。"))
    quotation = blocks.TextBlock(label=_("条文摘录"), required=False, rows=3, max_length=600, help_text=_("须与公开文本一致。"))
    law_as_of = blocks.DateBlock(label=_("依据哪一天的文本"), required=False, help_text=_("条文以这一天有效的文本为准。"))

    class Meta:
        icon = "doc-full-inverse"
        label = _("政策引用")
        template = "cms/blocks/policy_citation.html"


class CaseStudyBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("案例名称"), max_length=100)
    background = blocks.RichTextBlock(label=_("背景"), features=SHORT_FEATURES, help_text=NAME_WARNING)
    process = blocks.RichTextBlock(label=_("经过"), features=SHORT_FEATURES, required=False, help_text=NAME_WARNING)
    reflection = blocks.RichTextBlock(label=_("点评"), features=SHORT_FEATURES, required=False)
    questions = blocks.ListBlock(blocks.CharBlock(label=_("问题"), max_length=200), label=_("思考题"), default=[], max_num=6)

    class Meta:
        icon = "group"
        label = _("案例")
        template = "cms/blocks/case_study.html"


def table_block() -> TableBlock:
    return TableBlock(
        [
            ("text", blocks.CharBlock(label=_("文字"), required=False)),
            ("number", blocks.CharBlock(label=_("数字"), required=False)),
            ("rich_text", blocks.RichTextBlock(label=_("带格式的文字"), features=["bold", "link"], required=False)),
        ]
    )


def body_blocks() -> list[tuple[str, blocks.Block]]:
    """The blocks of every body. Rooms add their own to this list; names stay as they are, bodies are stored under them."""
    return [
        ("heading", HeadingBlock()),
        ("paragraph", blocks.RichTextBlock(label=_("正文"), icon="pilcrow", features=TEXT_FEATURES)),
        ("image", ImageBlock(label=_("图片"), icon="image", template="cms/blocks/image.html")),
        ("figure", FigureBlock()),
        ("quote", QuoteBlock()),
        ("callout", CalloutBlock()),
        ("table", table_block()),
        ("steps", StepsBlock()),
        ("download", DownloadBlock()),
        ("media", MediaBlock()),
        ("policy", PolicyCitationBlock()),
        ("case", CaseStudyBlock()),
    ]
