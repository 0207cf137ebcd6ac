"""Classical item and test statistics of a scored matrix. Pure: numpy in, plain values out; no rows, no Django.

``classical`` the estimates with their intervals, ``options`` who chose what, ``groups`` the item's curve over score groups,
``flags`` what the figures say in words and what to do about it.
"""

from exams.statistics.classical import ENOUGH, Estimate, ItemStatistics, TestStatistics, analyse, proportion
from exams.statistics.groups import Group, score_groups
from exams.statistics.options import OptionStatistics, option_analysis, option_shares

__all__ = [
    "ENOUGH",
    "Estimate",
    "Group",
    "ItemStatistics",
    "OptionStatistics",
    "TestStatistics",
    "analyse",
    "option_analysis",
    "option_shares",
    "proportion",
    "score_groups",
]
