"""The commands that others call: whatever is wrong with their arguments is one sentence and a non-zero exit."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# what argparse says, and what people read instead
SENTENCES = (
    (re.compile(r"the following arguments are required: (?P<names>.+)"), gettext_lazy("缺少参数：%(names)s。")),
    (
        re.compile(r"argument (?P<name>\S+): invalid choice: '?(?P<value>.*?)'? \(choose from (?P<choices>.+)\)"),
        gettext_lazy("%(name)s 不能是“%(value)s”，可以是：%(choices)s。"),
    ),
    (
        re.compile(r"argument (?P<name>\S+): invalid \S+ value: '(?P<value>.*)'"),
        gettext_lazy("%(name)s 的值“%(value)s”不对。"),
    ),
    (re.compile(r"argument (?P<name>\S+): expected .*argument"), gettext_lazy("%(name)s 后面缺少值。")),
    (re.compile(r"unrecognized arguments: (?P<names>.+)"), gettext_lazy("没有这个参数：%(names)s。")),
)


def sentence_of(message: str) -> str:
    """argparse's complaint as a sentence; one it does not know is passed on as it is."""
    for pattern, sentence in SENTENCES:
        found = pattern.search(message)
        if found:
            values = {**found.groupdict()}
            if "choices" in values:
                values["choices"] = values["choices"].replace("'", "").replace(", ", "、")
            return str(sentence) % values
    return _("参数不对：%(message)s") % {"message": message}


class InterfaceCommand(BaseCommand):
    """A command of the list "interfaces to keep"."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def error(message: str) -> NoReturn:
            if not parser.called_from_command_line:
                raise CommandError(sentence_of(message))
            parser.exit(2, f"{sentence_of(message)}\n")

        setattr(parser, "error", error)  # noqa: B010 - the parser's class is Django's
        return parser
