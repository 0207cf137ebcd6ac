"""The documented calibration of readiness as text and picture, from outcomes of ``readiness_simulation``."""

from __future__ import annotations

from collections.abc import Sequence

from exams import readiness
from exams.readiness_simulation import LINE, SEED, Outcome
from exams.statistics import Estimate

PAGE, PICTURE = "readiness-calibration.md", "readiness-calibration.svg"
SIDE, EDGE = 400, 56  # of the plot, of its margin


def fingerprint(small: Outcome) -> list[str]:
    """What a quick run gives: a test runs it again and compares, so that the page cannot go stale unnoticed."""
    return [
        f"平均偏差 {small.error:.3f}",
        f"Brier {small.brier:.3f}",
        f"区间覆盖 {small.covered.value:.3f}",
        f"区间宽度 {small.width:.3f}",
    ]


def document(full: Outcome, small: Outcome) -> str:
    """The page, in Chinese: how it was made, the table, what it says and what it does not."""
    rows = [
        f"| {bin_.low:.0%}–{bin_.high:.0%} | {bin_.learners} | {bin_.predicted:.1%} | {_share(bin_.passed)} |" for bin_ in full.bins
    ]
    check = ["## 小样本核对值", "", *[f"- {line}" for line in fingerprint(small)], ""]
    return "\n".join([*_how(full), *_result(full, rows), *_speech(), *check])


def _how(full: Outcome) -> list[str]:
    size = full.size
    return [
        "# 备考估计准不准",
        "",
        f"由 `manage.py readiness_calibration` 生成，请勿手改。随机种子 {SEED}；测试用小样本重算并与文末核对。",
        "",
        "## 怎么检验",
        "",
        f"造一批**能力已知**的学员：{size.candidates} 人各答题库 {size.bank} 题中的 {size.answered} 题，用来标定题目",
        "（二参数逻辑斯蒂模型，边际极大似然，`exams/irt.py`）；",
        f"另有 {size.learners} 人各答 {size.answered} 题，系统给出达到合格分的可能性和 95% 区间；",
        "然后每人再考一份**全新题目**的官方结构试卷（60 道单选各 1 分，20 道多选各 2 分，",
        f"少选按每个 0.5 分，合格分 {LINE / 100:g}），看是否真的达到。",
        "题目的区分度、难度和多选题的部分得分都随机生成，与系统所用的模型并不完全相同。",
        "",
    ]


def _result(full: Outcome, rows: Sequence[str]) -> list[str]:
    return [
        "## 结果",
        "",
        f"![校准曲线：横轴为估计，纵轴为实际达到合格分的比例]({PICTURE})",
        "",
        "| 估计的可能性 | 人数 | 估计的平均值 | 实际达到合格分（95% 区间） |",
        "|---|---|---|---|",
        *rows,
        "",
        f"- 估计与实际的平均偏差 {full.error * 100:.1f} 个百分点（按人数加权）。",
        f"- Brier 分 {full.brier:.3f}；只报总体合格率的基准是 {full.base_brier:.3f}，越小越好。",
        f"- 页面印出的 95% 区间包住真实可能性的比例：{_share(full.covered)}。",
        f"- 区间平均宽 {full.width * 100:.0f} 个百分点：答 {full.size.answered} 题时只能说到这个程度。",
        "",
    ]


def _speech() -> list[str]:
    return [
        "## 系统怎样说话",
        "",
        f"- 学员答过的已标定题目不足 {readiness.ENOUGH_ANSWERS} 题、标定人数不足 {readiness.ENOUGH_CANDIDATES}、",
        f"  或题库里某种题型不足 {readiness.LEAST_ITEMS} 题，一律答“证据不足”，并说还差多少。",
        "- 每个百分数都带区间；区间向外取整，不写 0% 和 100%。",
        "- 区间包含三种不确定：本人能力、题库只是全部可能题目的一个样本、标定人群只是一部分人。",
        "- 只用每道题的**首次**作答，重复练习不会抬高估计。",
        "",
        "## 它不能说明什么",
        "",
        "估计的前提是真题与题库难度相当、作答时状态相当。题库偏易或偏难，估计会整体偏高或偏低；",
        "这只能用真实成绩来核对，系统不代替考试。",
        "",
    ]


def picture(full: Outcome) -> str:
    """The calibration curve as an SVG without script or font files."""

    def x(share: float) -> float:
        return EDGE + share * SIDE

    def y(share: float) -> float:
        return 20 + (1 - share) * SIDE

    width, height = SIDE + EDGE + 24, SIDE + 76
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for tenth in range(0, 11, 2):
        share = tenth / 10
        parts.append(f'<path d="M{x(0)} {y(share):.1f}H{x(1)}M{x(share):.1f} {y(0)}V{y(1)}" stroke="#dfe5e4" fill="none"/>')
        parts.append(f'<text x="{x(share):.1f}" y="{y(0) + 20}" text-anchor="middle" fill="#3c4a4b">{share:.0%}</text>')
        parts.append(f'<text x="{x(0) - 8}" y="{y(share) + 4:.1f}" text-anchor="end" fill="#3c4a4b">{share:.0%}</text>')
    parts.append(f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#8a9899" stroke-dasharray="5 4"/>')
    points = []
    for bin_ in full.bins:
        passed = bin_.passed
        assert passed.value is not None and passed.low is not None and passed.high is not None
        place = x(bin_.predicted)
        points.append(f"{place:.1f} {y(passed.value):.1f}")
        parts.append(f'<path d="M{place:.1f} {y(passed.low):.1f}V{y(passed.high):.1f}" stroke="#c08a2b" stroke-width="3"/>')
    parts.append(f'<path d="M{"L".join(points)}" stroke="#0b5c61" stroke-width="2" fill="none"/>')
    parts += [f'<circle cx="{p.split()[0]}" cy="{p.split()[1]}" r="4.5" fill="#0b5c61"/>' for p in points]
    parts.append(f'<text x="{x(0.5)}" y="{y(0) + 44}" text-anchor="middle" fill="#1c2526">估计达到合格分的可能性</text>')
    turned = f'text-anchor="middle" transform="rotate(-90 14 {y(0.5)})" fill="#1c2526"'
    parts.append(f'<text x="14" y="{y(0.5)}" {turned}>实际达到合格分的比例</text></svg>')
    return "\n".join(parts) + "\n"


def _share(estimate: Estimate) -> str:
    assert estimate.value is not None and estimate.low is not None and estimate.high is not None
    return f"{estimate.value:.1%}（{estimate.low:.1%}–{estimate.high:.1%}）"
