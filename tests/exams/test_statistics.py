"""Item statistics against published results: LSAT sections 6 and 7 (Bock & Lieberman 1970), and against pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exams import statistics

DATA = Path(__file__).resolve().parent.parent / "data"


def _lsat(section: int) -> np.ndarray:
    return pd.read_csv(DATA / f"lsat{section}.csv").to_numpy(dtype=float)


@pytest.mark.parametrize(
    ("section", "facility", "alpha"),
    [(6, [0.924, 0.709, 0.553, 0.763, 0.870], 0.29500), (7, [0.828, 0.658, 0.772, 0.606, 0.843], 0.45341)],
)
def test_lsat_facility_and_alpha_equal_published_values(section, facility, alpha):
    found = statistics.analyse(_lsat(section), [1.0] * 5)
    assert [round(i.facility.value, 3) for i in found.items] == facility
    assert found.alpha.value == pytest.approx(alpha, abs=5e-6)
    assert found.alpha.low < alpha < found.alpha.high
    assert found.standard_error == pytest.approx(found.deviation * (1 - alpha) ** 0.5, rel=1e-4)


def test_lsat7_corrected_item_total_equals_published_values():
    found = statistics.analyse(_lsat(7), [1.0] * 5)
    published = [0.24573, 0.24667, 0.31318, 0.22275, 0.17479]
    assert [i.discrimination.value for i in found.items] == pytest.approx(published, abs=5e-6)


def test_alpha_of_partial_credit_equals_the_covariance_form():
    rng = np.random.default_rng(7)
    ability = rng.normal(size=300)
    points = np.clip(np.round((ability[:, None] + rng.normal(size=(300, 12)) + 1) * 2) / 2, 0, 2)
    cov = pd.DataFrame(points).cov().to_numpy()
    k = cov.shape[0]
    mean_covariance = (cov.sum() - np.trace(cov)) / (k * (k - 1))
    by_definition = k * mean_covariance / (np.trace(cov) / k + (k - 1) * mean_covariance)
    assert statistics.analyse(points, [2.0] * 12).alpha.value == pytest.approx(by_definition)


def test_too_few_candidates_say_nothing():
    assert statistics.analyse(np.ones((statistics.ENOUGH - 1, 3)), [1.0] * 3) is None


def test_item_that_everybody_solves_has_no_discrimination():
    points = _lsat(6).copy()
    points[:, 0] = 1
    found = statistics.analyse(points, [1.0] * 5)
    assert found.items[0].discrimination.value is None
    assert found.items[0].facility.high == pytest.approx(1.0)


def test_option_shares_name_who_chose_what():
    shares = statistics.option_shares([frozenset("AC"), frozenset("B"), frozenset()], [3.0, 1.0, 0.0], "ABC")
    assert shares["A"][0].value == pytest.approx(1 / 3)
    assert shares["A"][1] == 3.0
    assert shares["B"][1] == 1.0
