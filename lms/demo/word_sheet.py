"""A question sheet as an office types it in Word: its own numbers and letters, a table, a picture, the answers at the end."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from exams.exchange import word_names

WIDE, HIGH, INK = 360, 240, "#1f3a4d"


def sheet() -> bytes:
    body = _Body()
    body.line("社会工作实务练习（内部交流稿）", bold=True)
    body.line("一、单项选择题", bold=True)
    body.item("社会工作通用过程的第一个阶段是（　　）。", "计划", "接案", "评估", "结案")
    body.item("下图是一个家庭的家系图：方形为男性，圆形为女性。图中打叉的成员表示（　　）。")
    body.picture()
    body.table([["A. 已经去世", "B. 正在住院"], ["C. 分开居住", "D. 情况不明"]])
    body.item("服务对象连续两次没有赴约，社工合适的做法是（　　）。", "主动联系，了解原因", "直接结案", "等对方来电", "报告其单位")
    body.line("二、多项选择题", bold=True)
    body.item("属于服务对象权利的有（　　）。", "知情", "自决", "隐私受保护", "要求社工隐瞒违法行为", "随时退出服务")
    body.item("制定服务计划要做到（　　）。", "目标具体", "与服务对象共同商定", "只由社工决定", "写明时间", "可以评估")
    body.line("三、判断题", bold=True)
    body.item("社会工作者可以接受服务对象的贵重礼物，以免伤了感情。")
    body.item("评估不仅看结果，也看过程。")
    body.line("参考答案", bold=True)
    body.line("1-3  B A A")
    body.line("4. ABCE  5. ABDF  6. 错  7. 对")
    return body.document()


class _Body:
    """The paragraphs of a document, and how many lists of letters it has begun."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lists = 0

    def line(self, text: str, *, number: int = 0, bold: bool = False) -> None:
        listed = f'<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr>' if number else ""
        look = "<w:rPr><w:b/></w:rPr>" if bold else ""
        self.parts.append(f'<w:p>{listed}<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>')

    def item(self, stem: str, *options: str) -> None:
        self.line(stem, number=1)
        if options:
            self.lists += 1
            for text in options:
                self.line(text, number=10 + self.lists)

    def table(self, rows: list[list[str]]) -> None:
        cell = '<w:tc><w:p><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p></w:tc>'
        written = "".join(f"<w:tr>{''.join(cell % escape(text) for text in row)}</w:tr>" for row in rows)
        self.parts.append(f"<w:tbl>{written}</w:tbl>")

    def picture(self) -> None:
        wide, high = WIDE * word_names.EMU, HIGH * word_names.EMU
        names = '<pic:nvPicPr><pic:cNvPr id="1" name="家系图"/><pic:cNvPicPr/></pic:nvPicPr>'
        blip = '<pic:blipFill><a:blip r:embed="rIdP"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        size = f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        shape = f'<pic:spPr>{size}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        graphic = (
            f'<a:graphic><a:graphicData uri="{word_names.PIC}"><pic:pic>{names}{blip}{shape}</pic:pic></a:graphicData></a:graphic>'
        )
        frame = f'<wp:inline><wp:extent cx="{wide}" cy="{high}"/><wp:docPr id="1" name="家系图"/>{graphic}</wp:inline>'
        self.parts.append(f"<w:p><w:r><w:drawing>{frame}</w:drawing></w:r></w:p>")

    def document(self) -> bytes:
        head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        office = f"{word_names.R}/officeDocument"
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
        types = [
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("png", "image/png"),
        ]
        defaults = "".join(f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in types)
        parts = f'<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>'
        parts += f'<Override PartName="/word/numbering.xml" ContentType="{word}.numbering+xml"/>'
        files: dict[str, str | bytes] = {
            "[Content_Types].xml": f'{head}<Types xmlns="{word_names.TYPES}">{defaults}{parts}</Types>',
            "_rels/.rels": f'{head}<Relationships xmlns="{word_names.RELS}">'
            + _relation("rId1", office, "word/document.xml")
            + "</Relationships>",
            "word/_rels/document.xml.rels": f'{head}<Relationships xmlns="{word_names.RELS}">'
            + _relation("rIdP", f"{word_names.R}/image", "media/image1.png")
            + _relation("rIdN", f"{word_names.R}/numbering", "numbering.xml")
            + "</Relationships>",
            "word/document.xml": f"{head}<w:document {word_names.SPACES}><w:body>"
            + "".join(self.parts)
            + "<w:sectPr/></w:body></w:document>",
            "word/numbering.xml": f'{head}<w:numbering xmlns:w="{word_names.W}">{self._numbering()}</w:numbering>',
            "word/media/image1.png": _genogram(),
        }
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0)), content)
        return out.getvalue()

    def _numbering(self) -> str:
        """One list counts the items; each row of options is a list of letters that starts anew."""
        level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="%s"/><w:lvlText w:val="%%1."/></w:lvl>'
        kinds = "".join(
            f'<w:abstractNum w:abstractNumId="{n}">{level % form}</w:abstractNum>'
            for n, form in enumerate(("decimal", "upperLetter"))
        )
        anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
        letters = "".join(f'<w:num w:numId="{10 + n}"><w:abstractNumId w:val="1"/>{anew}</w:num>' for n in range(1, self.lists + 1))
        return f'{kinds}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{letters}'


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>'


def _genogram() -> bytes:
    """Grandparents (he has died), their daughter and her husband, two children."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDE, HIGH), "white")
    pen = ImageDraw.Draw(image)

    def stroke(*ends: int) -> None:
        pen.line(ends, fill=INK, width=3)

    def square(x: int, y: int, *, dead: bool = False) -> None:
        pen.rectangle((x - 18, y - 18, x + 18, y + 18), outline=INK, width=3)
        if dead:
            stroke(x - 18, y - 18, x + 18, y + 18)
            stroke(x - 18, y + 18, x + 18, y - 18)

    def circle(x: int, y: int) -> None:
        pen.ellipse((x - 18, y - 18, x + 18, y + 18), outline=INK, width=3)

    stroke(98, 40, 182, 40)
    stroke(140, 40, 140, 102)
    stroke(158, 120, 232, 120)
    stroke(195, 120, 195, 165)
    stroke(155, 165, 235, 165)
    for x in (155, 235):
        stroke(x, 165, x, 182)
    square(80, 40, dead=True)
    circle(200, 40)
    circle(140, 120)
    square(250, 120)
    square(155, 200)
    circle(235, 200)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
