"""Recordings as fixtures, for tests that would rather not import the loader."""

import pytest

from tests.gateway_adapters import recorded as loader


@pytest.fixture
def recorded():
    return loader.recorded


@pytest.fixture
def answered():
    return loader.answered
