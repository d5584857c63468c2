"""What a server says of itself when it starts."""

import pytest

from app.cli.commands import _say_where
from app.settings import Settings


@pytest.mark.parametrize("simulator", [True, False])
def test_the_phones_are_named_only_where_they_are_served(capsys, simulator):
    _say_where(Settings(simulator=simulator), "http://127.0.0.1:8000", None)
    said = capsys.readouterr().out
    assert ("/simulator" in said) is simulator
    assert "/console" in said
    assert "sign in as admin" not in said
