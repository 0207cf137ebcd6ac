"""A NUL character in an address is no error of the server, on either database."""

from __future__ import annotations


def test_nul_in_a_query_is_left_out(client_as):
    signed_in = client_as()
    assert signed_in.get("/places/search/?q=%00").json() == {"results": []}
    found = signed_in.get("/places/search/?q=%E9%B2%81%00%E7%94%B8").json()["results"]
    assert found[0]["name"] == "鲁甸县"


def test_nul_in_a_path_is_missing(client_as):
    assert client_as().get("/news/%00/").status_code == 404
