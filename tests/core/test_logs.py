"""What the logs say and what they never say."""

from __future__ import annotations

import json
import logging

import pytest

from lms.core.logs import RequestLogMiddleware, config, mask


def test_lines_are_json_and_carry_no_numbers_of_persons_nor_quoted_rows():
    logging_config = config(as_json=True)
    formatter = logging_config["formatters"]["line"]
    made = formatter["()"](processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"])
    text = "phone 13812345678 document 53010219900307123X\nDETAIL:  Key (name)=(张桂英) already exists."
    line = made.format(logging.LogRecord("lms", logging.ERROR, __file__, 1, text, None, None))
    spoken = json.loads(line)
    assert spoken["level"] == "error"
    assert not any(secret in line for secret in ("13812345678", "53010219900307123X", "张桂英"))


def test_mask_leaves_ordinary_numbers():
    assert mask(None, "", {"event": "job 20261122 took 1380 ms"}) == {"event": "job 20261122 took 1380 ms"}


@pytest.mark.django_db
def test_request_is_named_by_route_without_what_was_searched(client, rf):
    request = client.get("/health/?q=张桂英").wsgi_request
    assert RequestLogMiddleware.format_request(request) == "GET health"
    assert "张桂英" not in RequestLogMiddleware.format_request(rf.get("/x/?q=张桂英"))


@pytest.mark.django_db
def test_public_page_costs_no_query_for_its_log_line(client, django_assert_num_queries):
    with django_assert_num_queries(1):  # its own SELECT 1
        client.get("/health/")
