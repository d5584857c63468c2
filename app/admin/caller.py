"""Who asks, and what they may do. Keys have scopes, operators have roles; both come to rights."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    READ = "read"
    """See everything but full phone numbers."""
    HELP = "help"
    """Talk with people: take a conversation over, answer, hand back."""
    WRITE = "write"
    """Change groups, send, replay, pause."""
    NUMBERS = "numbers"
    """See full phone numbers; each look is in the audit."""
    ADMIN = "admin"
    """Operators, keys, webhooks, the audit."""


ROLES: Mapping[str, frozenset[Right]] = {
    "viewer": frozenset({Right.READ}),
    "helper": frozenset({Right.READ, Right.HELP}),
    "manager": frozenset({Right.READ, Right.HELP, Right.WRITE, Right.NUMBERS}),
    "admin": frozenset(Right),
}

SCOPES: Mapping[str, frozenset[Right]] = {
    "read": frozenset({Right.READ}),
    "write": frozenset({Right.READ, Right.HELP, Right.WRITE}),
    "numbers": frozenset({Right.READ, Right.NUMBERS}),
    "admin": frozenset({Right.READ, Right.HELP, Right.WRITE, Right.ADMIN}),
}
"""What each scope of an API key allows. Only `numbers` shows full phone numbers."""


@dataclass(frozen=True, slots=True)
class Caller:
    who: str
    """As the audit names them: operator:<name>, key:<name>, cli, system."""
    rights: frozenset[Right]
    id: int
    """Of the key or the operator."""

    @property
    def sees_numbers(self) -> bool:
        return Right.NUMBERS in self.rights


def of_key(key: int, name: str, scopes: Iterable[str]) -> Caller:
    rights = frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
    return Caller(f"key:{name}", rights, key)


def of_operator(operator: int, name: str, role: str) -> Caller:
    return Caller(f"operator:{name}", ROLES.get(role, frozenset()), operator)
