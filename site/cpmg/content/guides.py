"""The platform's own guides as PDF files, made from their Markdown texts.

The same text gives the same bytes, whenever and wherever it is made. The files say their title,
language, author and date, and carry their headings as bookmarks. The fonts are those that every
reader of PDF has; they hold all letters of the four languages.
"""

from __future__ import annotations

import datetime
from typing import Any

from fpdf import FPDF, FontFace, TextStyle
from markdown_it import MarkdownIt

INK, SEA, LINK, LINE = "#10262f", "#0a3242", "#00606b", "#cfdad9"
MARGIN = 22
#: Of the letters that the fonts hold.
ENCODING = "windows-1252"
STYLES: dict[str, Any] = {
    "a": FontFace(color=LINK),
    "code": FontFace(family="Courier"),
    "pre": TextStyle(t_margin=2, font_family="Courier", font_size_pt=9),
    "h2": TextStyle(color=SEA, font_style="B", font_size_pt=14, t_margin=3, b_margin=1),
    "h3": TextStyle(color=SEA, font_style="B", font_size_pt=11.5, t_margin=2),
    "p": TextStyle(),
    "li": TextStyle(l_margin=4, t_margin=1),
}
#: What HTML of fpdf2 says by attributes and not by styles.
SPACING = {
    "p": 'line-height="1.3"',
    "ul": 'line-height="1.3"',
    "ol": 'line-height="1.3"',
    "table": 'border="1" cellpadding="1"',
    "th": 'align="left"',
}
BELOW: dict[str, Any] = {"new_x": "LMARGIN", "new_y": "NEXT"}


class Guide(FPDF):
    """A4, with the title and the number of the page at the foot."""

    def footer(self) -> None:
        self.set_y(-15)
        self.set_draw_color(LINE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.set_font("Helvetica", size=8.5)
        self.set_text_color(SEA)
        self.cell(0, 8, self.title or "")
        self.set_x(MARGIN)
        self.cell(0, 8, str(self.page_no()), align="R")


def pdf_of(
    text: str, *, title: str, summary: str, language: str, author: str, day: datetime.date
) -> bytes:
    """``text`` in Markdown (headings, lists, tables, code), set as a PDF file under ``title``."""
    pdf = Guide(format="A4")
    pdf.core_fonts_encoding = ENCODING
    pdf.set_margin(MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.set_title(title)
    pdf.set_subject(summary)
    pdf.set_author(author)
    pdf.set_lang(language)
    pdf.set_creator(author)
    pdf.set_producer(author)
    pdf.set_creation_date(datetime.datetime.combine(day, datetime.time(), datetime.UTC))
    pdf.set_display_mode("real")
    pdf.add_page()
    pdf.start_section(title)
    pdf.set_text_color(SEA)
    pdf.set_font("Helvetica", "B", 22)
    pdf.multi_cell(0, 9, title, align="L", **BELOW)
    pdf.ln(2)
    pdf.set_font("Helvetica", "I", 11.5)
    pdf.multi_cell(0, 6, summary, align="L", **BELOW)
    pdf.ln(2)
    pdf.set_font("Helvetica", size=10.5)
    pdf.set_text_color(INK)
    pdf.set_draw_color(LINE)
    html = MarkdownIt("commonmark").enable("table").render(text)
    for tag, attributes in SPACING.items():
        html = html.replace(f"<{tag}>", f"<{tag} {attributes}>")
    pdf.write_html(html, tag_styles=STYLES, ul_bullet_char="•", li_prefix_color=SEA)
    return bytes(pdf.output())
