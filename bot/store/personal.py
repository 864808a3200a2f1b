"""Where a person's data is, column by column, and whether a client's copy holds it. A sealed column that is named in
neither list fails a test.
"""

from collections.abc import Mapping

# column -> the name under which `warmline export` writes it
EXPORTED: Mapping[str, str] = {
    "conversation.channel": "channel",
    "conversation.address": "address",
    "conversation.opted_out_at": "opted_out_at",
    "conversation.language": "language",
    "conversation.needs": "needs",
    "conversation.contact": "contact",
    "message.text": "messages",
    "handoff.opened_at": "requests",
    "handoff.feedback": "requests",
    "data_request.kind": "asked_of_us",
}

_SAID = "stands in the texts, which are exported"
_STAFF = "about staff"
_HASH = "a keyed hash of what is exported; it says nothing by itself"
_NOBODY = "names nobody"

# column -> why it is not in a client's copy
NOT_EXPORTED: Mapping[str, str] = {
    "conversation.address_hash": _HASH,
    "conversation.options": _SAID,
    "message.options": _SAID,
    "verdict.detail": "the screen's evidence: the client's own words, which are exported, and names of rules",
    "turn_effect.result": "what an action did: ids and states",
    "note.text": "counselors' notes are the clinic's (rules of the field 6.5)",
    "emergency.detail": "a disclosure to medical staff: the clinic accounts for it itself (42 CFR 2.51)",
    "forget.sealed": "what a provider is still to delete: an address and an id, for at most a week",
    "opt_out.address_hash": _HASH,
    "review.text": "texts without who wrote them: nobody's copy can hold them",
    "review.detail": "as the text",
    "handset.name": "a simulated phone, of the demonstration alone",
    "handset_text.text": "a simulated phone, of the demonstration alone",
    "handset_text.options": "a simulated phone, of the demonstration alone",
    "counselor.address_hash": _STAFF,
    "counselor.address": _STAFF,
    "counselor.name": _STAFF,
    "counselor.profile": _STAFF,
    "counselor.shifts": _STAFF,
    "enrolment.token_hash": _STAFF,
    "enrolment.address_hash": _STAFF,
    "enrolment.address": _STAFF,
    "stranger.address_hash": "somebody who wrote to the number of the staff",
    "stranger.address": "somebody who wrote to the number of the staff",
    "sign_in.token_hash": _STAFF,
    "sign_in.name_hash": _STAFF,
    "sign_in.origin_hash": _STAFF,
    "sign_in.code_hash": _STAFF,
    "staff_session.token_hash": _STAFF,
    "second_factor.secret": _STAFF,
    "data_key.sealed": _NOBODY,
    "line_week.week": _NOBODY,
    "pace.key": "a hash of the chat, for the next moment when it may be written to",
}

# table -> why rows about an erased conversation stay in it
KEPT_AFTER_ERASURE: Mapping[str, str] = {
    "audit": "who did what, in ids: six years",
    "data_request": "that it was asked for and done, in ids: as a record",
    "legal_hold": "that it was held and released, in ids: as a record",
    "emergency": "a disclosure to medical staff must be recorded (42 CFR 2.51): as a record, sealed",
    "forget": "until the provider has deleted its copy",
    "timer": "ids; nothing happens when one fires; 90 days once done",
}
