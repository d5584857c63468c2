from datetime import UTC, datetime, timedelta

import pytest

from gateway_adapters.contract import HttpRequest, NotFromCarrier
from gateway_adapters.http import basic
from gateway_adapters.origin import check_age, check_basic, jwt_claims

NOW = datetime(2026, 11, 20, tzinfo=UTC)
# The example token of jwt.io: HS256, key "your-256-bit-secret".
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)


def test_a_well_known_token_is_read():
    assert jwt_claims(TOKEN, "your-256-bit-secret")["name"] == "John Doe"


@pytest.mark.parametrize("token", [TOKEN[:-1] + "A", TOKEN + "A", "", ".", "..", "a.b", "é.é.é"])
def test_another_token_is_not(token):
    with pytest.raises(NotFromCarrier):
        jwt_claims(token, "your-256-bit-secret")


def test_an_empty_key_reads_nothing():
    with pytest.raises(NotFromCarrier):
        jwt_claims(TOKEN, "")


def test_an_age_is_checked_only_against_a_clock():
    check_age("rubbish", None)
    for stamp in ("rubbish", "", "nan", "1e400"):
        with pytest.raises(NotFromCarrier):
            check_age(stamp, NOW)


@pytest.mark.parametrize(("seconds", "fits"), [(0, True), (300, True), (301, False), (-301, False)])
def test_a_signature_fits_for_five_minutes_both_ways(seconds, fits):
    stamp = (NOW - timedelta(seconds=seconds)).timestamp()
    for written in (str(stamp), stamp * 1000):
        if fits:
            check_age(written, NOW)
        else:
            with pytest.raises(NotFromCarrier):
                check_age(written, NOW)


@pytest.mark.parametrize(("user", "password"), [("", "p"), ("u", ""), ("", "")])
def test_half_a_log_in_opens_nothing(user, password):
    headers = {"authorization": basic(user, password)}
    with pytest.raises(NotFromCarrier):
        check_basic(HttpRequest("POST", "/", headers), user, password)
