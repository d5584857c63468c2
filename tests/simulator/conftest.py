import itertools
from collections.abc import Iterator

import pytest

from tests.simulator.service import Phone, Service, running

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def serving() -> Iterator[Service]:
    with running() as started:
        yield started


@pytest.fixture
def service(serving: Service) -> Service:
    """One server a module; each test finds it without faults and without memories."""
    serving.forget()
    return serving


@pytest.fixture
def phone(service: Service) -> Iterator[Phone]:
    with Phone(service.url, f"+98912000{next(numbers):04}") as one:
        one.faults()
        yield one
        one.faults()
