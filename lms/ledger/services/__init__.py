"""The one door to the ledger: post and reverse lines, lock periods, state bases, schemes and opening balances."""

from lms.ledger.services.locks import lift_lock, lock_period
from lms.ledger.services.opening import set_opening_balance
from lms.ledger.services.posting import Draft, post, reverse, reverse_key, reverse_many
from lms.ledger.services.sealing import seal_day, seal_period
from lms.ledger.services.standards import create_basis, create_hour_scheme, create_regime, load_built_in
from lms.ledger.services.summarising import Summarised, rebuild_summaries, refresh_summaries

__all__ = [
    "Draft",
    "Summarised",
    "create_basis",
    "create_hour_scheme",
    "create_regime",
    "lift_lock",
    "load_built_in",
    "lock_period",
    "post",
    "rebuild_summaries",
    "refresh_summaries",
    "reverse",
    "reverse_key",
    "reverse_many",
    "seal_day",
    "seal_period",
    "set_opening_balance",
]
