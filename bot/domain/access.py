"""Who of the staff may do what: one table, asked by the services and by nobody else. No I/O.

It says what a role may do at all. Whether a person may reach a certain client is `matching.is_eligible`'s to say.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody on the roster is here for."""

    COUNSELOR = "counselor"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What can be done at the desk."""

    SEE_QUEUE = "see the queue"
    READ = "read a conversation"
    ANSWER = "take, answer and close a conversation"
    DISCLOSE = "record a medical emergency"
    OVERSEE = "see who holds what, and read a colleague's conversation"
    SEE_ROSTER = "see the roster and the hours"
    CHANGE_HOURS = "change the hours, the shifts and who is away"
    SIGN_OUT_OTHERS = "end another person's sessions"
    LABEL = "label unanswered questions"
    SEE_REPORTS = "see the reports and export them"
    SEE_AUDIT = "see who read what"


_COUNSELOR = frozenset({Action.SEE_QUEUE, Action.READ, Action.ANSWER, Action.DISCLOSE, Action.SEE_ROSTER})
# An operator runs the service and sees no content; an auditor sees the record and nothing else (rules 6.5).
_MAY: Mapping[Role, frozenset[Action]] = {
    Role.COUNSELOR: _COUNSELOR,
    Role.SUPERVISOR: _COUNSELOR
    | {Action.OVERSEE, Action.LABEL, Action.SEE_REPORTS, Action.SEE_AUDIT, Action.SIGN_OUT_OTHERS}
    | {Action.CHANGE_HOURS},
    Role.OPERATOR: frozenset(
        {Action.SEE_QUEUE, Action.SEE_ROSTER, Action.CHANGE_HOURS, Action.SEE_REPORTS, Action.SIGN_OUT_OTHERS}
    ),
    Role.AUDITOR: frozenset({Action.SEE_REPORTS, Action.SEE_AUDIT}),
}


def may(role: str, action: Action) -> bool:
    """Whether this role may do this. Fails closed: a role that nobody knows may do nothing."""
    return action in _MAY.get(Role(role), frozenset()) if role in set(Role) else False


def talks_to_clients(role: str) -> bool:
    """Whether somebody of this role may ever be a client's counselor."""
    return may(role, Action.ANSWER)
