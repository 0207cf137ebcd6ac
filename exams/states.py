"""Enums of the exam room, and its two state machines as data: of an item version and of an attempt. No tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.accounts.roles import Role

# who writes items, who reviews and publishes them, who composes papers, who reads learners' results (in their division)
AUTHORS = frozenset({Role.TRAINER, Role.EDITOR, Role.REGIONAL_ADMIN})
REVIEWERS = frozenset({Role.REVIEWER, Role.TRAINER, Role.REGIONAL_ADMIN})
BANK_STAFF = AUTHORS | REVIEWERS
PAPER_MAKERS = frozenset({Role.TRAINER, Role.CLASS_MANAGER, Role.REGIONAL_ADMIN})
# who may be appointed to mark essays
MARKERS = frozenset({Role.TRAINER, Role.REVIEWER, Role.REGIONAL_ADMIN})
RESULT_READERS = frozenset({Role.TRAINER, Role.CLASS_MANAGER, Role.REGIONAL_ADMIN, Role.REVIEWER})


class Certainty(models.TextChoices):
    OFFICIAL = "official", _("官方文本")
    LIKELY = "likely", _("有来源，待官方文本核实")
    CONFLICTING = "conflicting", _("来源不一致")
    DECIDED = "decided", _("本系统自定")


class ItemKind(models.TextChoices):
    SINGLE = "single", _("单项选择")
    MULTIPLE = "multiple", _("多项选择")
    TRUE_FALSE = "true_false", _("判断")
    MATCHING = "matching", _("配对")
    ORDERING = "ordering", _("排序")
    SHORT_ANSWER = "short_answer", _("简答（填写）")
    NUMERIC = "numeric", _("数值")
    CASE = "case", _("案例（含小题）")
    ESSAY = "essay", _("主观题（按采分点阅卷）")


CHOICE_KINDS = frozenset({ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUE_FALSE})
# answered by writing a text or a number, and marked at once
TEXT_KINDS = frozenset({ItemKind.SHORT_ANSWER, ItemKind.NUMERIC})
# marked at once, by the key alone: what can be practised, kept in the wrong-answer book and reviewed
AUTOMATIC_KINDS = frozenset(set(ItemKind) - {ItemKind.CASE, ItemKind.ESSAY})
# in practice an essay is judged by its writer, against its marking points
PRACTISED_KINDS = AUTOMATIC_KINDS | {ItemKind.ESSAY}
# what a question under a case may be: marked at once, so that the case is one page and one result
UNDER_CASE = frozenset(set(ItemKind) - {ItemKind.CASE, ItemKind.ESSAY})


class VersionState(models.TextChoices):
    DRAFT = "draft", _("待审核")
    RETURNED = "returned", _("退回修改")
    REVIEWED = "reviewed", _("已审核")
    LIVE = "live", _("使用中")
    RETIRED = "retired", _("已停用")


# from → where it may go; publishing a version retires the live one before it
VERSION_MOVES: dict[str, frozenset[str]] = {
    VersionState.DRAFT: frozenset({VersionState.REVIEWED, VersionState.RETURNED}),
    VersionState.RETURNED: frozenset({VersionState.DRAFT}),
    VersionState.REVIEWED: frozenset({VersionState.RETURNED, VersionState.LIVE}),
    VersionState.LIVE: frozenset({VersionState.RETIRED}),
    VersionState.RETIRED: frozenset(),
}
OPEN_VERSIONS = (VersionState.DRAFT, VersionState.RETURNED, VersionState.REVIEWED)
FROZEN_VERSIONS = (VersionState.LIVE, VersionState.RETIRED)
VERSION_EVENTS: dict[str, str] = {
    VersionState.DRAFT: "exams.item.resubmitted",
    VersionState.RETURNED: "exams.item.returned",
    VersionState.REVIEWED: "exams.item.reviewed",
    VersionState.LIVE: "exams.item.published",
    VersionState.RETIRED: "exams.item.retired",
}


class PaperState(models.TextChoices):
    DRAFT = "draft", _("组卷中")
    LIVE = "live", _("开放")
    RETIRED = "retired", _("已停用")


PAPER_MOVES: dict[str, frozenset[str]] = {
    PaperState.DRAFT: frozenset({PaperState.LIVE, PaperState.RETIRED}),
    PaperState.LIVE: frozenset({PaperState.RETIRED}),
    PaperState.RETIRED: frozenset(),
}


class AttemptState(models.TextChoices):
    OPEN = "open", _("作答中")
    SUBMITTED = "submitted", _("已交卷，待阅")
    MARKED = "marked", _("已评分")


# (from, to) → the service, who may, the audit event. An objective paper goes through both steps in one transaction; essays wait
# in ``submitted`` for their markers. A ruling changes points or voids the score; the state stays (sitting_states.OUTCOMES).
ATTEMPT_TRANSITIONS: dict[tuple[str, str], tuple[str, str, str]] = {
    (AttemptState.OPEN, AttemptState.SUBMITTED): ("submit_attempt", "candidate, or the clock", "exams.attempt.submitted"),
    (AttemptState.SUBMITTED, AttemptState.MARKED): ("mark_attempt", "the system, or markers", "exams.attempt.marked"),
}
ATTEMPT_EVENTS: dict[str, str] = {
    AttemptState.OPEN: "exams.attempt.started",
    **{end: event for (_start, end), (_act, _who, event) in ATTEMPT_TRANSITIONS.items()},
}


class EssayMethod(models.TextChoices):
    """How the marks of two or three markers become one: ``rules.essays.FINALS``."""

    MEAN = "mean", _("各评分的平均")
    CLOSEST_PAIR = "closest_pair", _("最接近的两个评分的平均")
    THIRD_DECIDES = "third_decides", _("以第三评为准")


class SubmitCause(models.TextChoices):
    CANDIDATE = "candidate", _("本人交卷")
    TIME = "time", _("时间到，自动交卷")


class TraceKind(models.TextChoices):
    """What an attempt's trace notes: evidence for a human ruling, never a verdict."""

    OPENED = "opened", _("打开作答窗口")
    TAKEN_OVER = "taken_over", _("换到另一窗口或设备")
    LATE_ACCEPTED = "late_accepted", _("截止后收到、作答在时限内")
    LATE_REFUSED = "late_refused", _("截止后收到、未采用")
    LEFT_PAGE = "left_page", _("离开页面")
    TOO_FAST = "too_fast", _("作答异常快")


class ImportState(models.TextChoices):
    READING = "reading", _("正在读取")
    READY = "ready", _("待确认")
    ENTERING = "entering", _("正在入库")
    DONE = "done", _("已入库")
    REFUSED = "refused", _("文件无法使用")
    DISCARDED = "discarded", _("已放弃")


class ImportVerdict(models.TextChoices):
    NEW = "new", _("可入库")
    NEAR = "near", _("与别的题相近")
    KNOWN = "known", _("已有相同的题")
    REFUSED = "refused", _("不能用")
