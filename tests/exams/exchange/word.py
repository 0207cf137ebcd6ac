# ruff: noqa: E501 (samples stand as they are)
"""Word documents made by hand, part by part, as Word makes them: styles, automatic numbers, tables, text boxes, pictures."""

import io
import zipfile
from xml.sax.saxutils import escape

from tests.factories.exams import drawing

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
)
NUMBERING = f"""<w:numbering xmlns:w="{W}">
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="9"><w:abstractNumId w:val="2"/></w:num>
{{letters}}</w:numbering>"""
STYLES = f"""<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="Ti"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="TiSub"><w:basedOn w:val="Ti"/></w:style></w:styles>"""


def run(text, *, bold=False, underline=False):
    properties = ("<w:b/>" if bold else "") + ('<w:u w:val="single"/>' if underline else "")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*runs, number=None, style=""):
    """A paragraph; ``number`` is a list of numbering.xml, ``style`` one that may carry its own."""
    listed = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    inner = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p><w:pPr>{named}{listed}</w:pPr>{inner}</w:p>"


def options(letters, *texts):
    """Options numbered A. B. C. by Word itself; each list is a <w:num> of its own that starts anew."""
    return "".join(p(text, number=letters) for text in texts)


def table(*rows):
    cells = ["".join(f"<w:tc>{''.join(c if c.startswith('<w:p>') else p(c) for c in cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def picture(relation):
    return f'<w:r><w:drawing><a:blip r:embed="{relation}"/></w:drawing></w:r>'


def box(*paragraphs):
    """A text box as Word writes it: once for new readers and once for old ones."""
    held = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{held}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{held}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def document(body, *, lists=20, more=None, images=None):
    letters = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for n in range(10, 10 + lists)
    )
    images = {"image1.png": drawing(120).content} if images is None else images
    rels = "".join(f'<Relationship Id="rId{n}" Type="image" Target="media/{name}"/>' for n, name in enumerate(images, 1))
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document {SPACES}><w:body>{body}</w:body></w:document>',
        "word/numbering.xml": NUMBERING.format(letters=letters),
        "word/styles.xml": STYLES,
        "word/_rels/document.xml.rels": f"<Relationships>{rels}</Relationships>",
        **{f"word/media/{name}": content for name, content in images.items()},
        **(more or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
