"""Who may do what: the whole table, written out a second time by hand, so that no change of it goes unseen."""

import pytest

from bot.domain.access import Action, Role, may, talks_to_clients
from bot.domain.matching import Counselor, is_eligible
from bot.domain.needs import EMPTY

A = Action
TABLE = {
    # action: counselor, supervisor, operator, auditor
    A.SEE_QUEUE: (True, True, True, False),
    A.READ: (True, True, False, False),
    A.ANSWER: (True, True, False, False),
    A.DISCLOSE: (True, True, False, False),
    A.OVERSEE: (False, True, False, False),
    A.SEE_ROSTER: (True, True, True, False),
    A.CHANGE_HOURS: (False, True, True, False),
    A.SIGN_OUT_OTHERS: (False, True, True, False),
    A.LABEL: (False, True, False, False),
    A.SEE_REPORTS: (False, True, True, True),
    A.SEE_AUDIT: (False, True, False, True),
}
ROLES = (Role.COUNSELOR, Role.SUPERVISOR, Role.OPERATOR, Role.AUDITOR)


def test_the_table_names_every_action_and_every_role() -> None:
    assert set(TABLE) == set(Action)
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("action", Action)
def test_each_role_may_do_exactly_what_the_table_says(action: Action) -> None:
    assert tuple(may(role, action) for role in ROLES) == TABLE[action]


@pytest.mark.parametrize("role", ["", "admin", "Counselor", "supervisor "])
def test_a_role_that_nobody_knows_may_do_nothing(role: str) -> None:
    assert not any(may(role, action) for action in Action)


@pytest.mark.parametrize("role", [*Role, "unknown"])
def test_operators_and_auditors_are_never_a_clients_counselor(role: str) -> None:
    person = Counselor("1", "Somebody", frozenset(), role=role, channel="phone-sms")
    assert is_eligible(person, EMPTY) is talks_to_clients(role) is (role in ("counselor", "supervisor"))
