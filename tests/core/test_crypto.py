"""Encryption at rest: round trip, bound to its field, readable under every live key, tampering noticed."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from lms.core import crypto

OLD, NEW = {"t1": b"1" * 32}, {"t2": b"2" * 32, "t1": b"1" * 32}


@given(st.text(max_size=200))
def test_round_trip(text):
    assert crypto.decrypt(crypto.encrypt(text, purpose="tests"), purpose="tests") == text


def test_same_value_never_looks_the_same():
    assert crypto.encrypt("a", purpose="tests") != crypto.encrypt("a", purpose="tests")


def test_value_is_bound_to_its_field():
    with pytest.raises(crypto.UnreadableSecret):
        crypto.decrypt(crypto.encrypt("a", purpose="people.document"), purpose="people.phone")


@pytest.mark.parametrize("position", [0, 13, -1])
def test_tampering_is_noticed(position):
    key_id, _, body = crypto.encrypt("530102199003071234", purpose="tests").partition(":")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[position] ^= 1
    with pytest.raises(crypto.UnreadableSecret):
        crypto.decrypt(f"{key_id}:{base64.urlsafe_b64encode(bytes(raw)).decode()}", purpose="tests")


def test_rotation_reads_old_values_and_writes_with_the_new_key(settings):
    settings.LMS_KEYS = OLD
    stored, index = crypto.encrypt("a", purpose="tests"), crypto.blind_index("a", purpose="tests")
    settings.LMS_KEYS = NEW
    assert crypto.decrypt(stored, purpose="tests") == "a"
    assert crypto.key_id_of(crypto.encrypt("a", purpose="tests")) == "t2"
    assert index in crypto.blind_indexes("a", purpose="tests") and crypto.blind_index("a", purpose="tests") != index
    settings.LMS_KEYS = {"t2": NEW["t2"]}
    with pytest.raises(crypto.UnreadableSecret):
        crypto.decrypt(stored, purpose="tests")


def test_index_depends_on_value_and_purpose():
    made = {crypto.blind_index(value, purpose=purpose) for value in "ab" for purpose in ("x", "y")}
    assert len(made) == 4 and all(index.partition(":")[2] != "a" for index in made)


def test_no_key_is_refused(settings):
    settings.LMS_KEYS = {}
    with pytest.raises(ImproperlyConfigured):
        crypto.encrypt("a", purpose="tests")
