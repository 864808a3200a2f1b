"""Which fixed text answers a verdict. First match wins, most urgent first; it chooses and never writes."""

from collections.abc import Callable

from bot.screen.verdict import About, Verdict

NORTH_AMERICA = ("US", "CA")

_ASK_BY_KIND = {
    "overdose_or_withdrawal_emergency": "C2_medical",
    "violence_now": "C2_violence",
    "harm_to_others": "C2_harm",
    "self_harm": "C2_self_harm",
}

_OUTSIDE_US = {
    "ask_no": "ask_no_abroad",
    "now_unresponsive": "outside_us_unresponsive",
    "now_violence": "outside_us_violence",
    "sexual_assault": "outside_us_violence",
}

# Texts whose lines answer in the US only; Canada has 911 and 988.
_NOT_IN_CANADA = {
    "now_violence", "now_violence_other", "sexual_assault", "child_in_danger", "minor_hurt",
    "swallowed_awake", "swallowed_awake_other",
}  # fmt: skip


def reply_for(
    verdict: Verdict, *, about: About | None = None, country: str | None = "US", alert_at_once: bool = True
) -> str:
    """The id of the fixed text for this verdict (rules 1.6, 1.2); "" for *clear*.

    `about` overrides the verdict's own; `country` is the ISO code of the address, or None where the channel
    shows none: then the US text goes out and `follow_up_for` names the question that follows it.
    """
    about = about or verdict.about or "self"
    if verdict.level == "clear":
        return ""
    if verdict.level == "ask":
        return _question(verdict, about, country)
    return for_country(_crisis_text(verdict, about, alert_at_once), country)


def follow_up_for(verdict: Verdict, *, country: str | None) -> str:
    """The text to send right after a crisis text: where is the person? "" where the country is known."""
    return "country_question" if verdict.level == "crisis" and country is None else ""


def _question(verdict: Verdict, about: About, country: str | None) -> str:
    kind = verdict.kinds[0] if verdict.kinds else ""
    if kind == "overdose_or_withdrawal_emergency" and country not in (None, *NORTH_AMERICA):
        return "C2_medical_abroad"
    if about == "other" and kind not in ("overdose_or_withdrawal_emergency",):
        return "C2_other"
    return _ASK_BY_KIND.get(kind, "C2")


def _crisis_text(verdict: Verdict, about: About, alert_at_once: bool) -> str:
    for applies, own, others in _CHOICES:
        if applies(verdict):
            return others if about == "other" else own
    if _poison_line_first(verdict):
        return "swallowed_awake_other" if about == "other" else "swallowed_awake"
    if about == "other":
        return "C3_other"
    if "minor" in verdict.signs:
        return "C3_minor"
    return "C3_alerted" if alert_at_once else "C3"


def for_country(text_id: str, country: str | None) -> str:
    """The text that stands in for `text_id` where its numbers do not answer; None and "US" keep it."""
    if country is None or country == "US":
        return text_id
    if country not in NORTH_AMERICA:
        return _OUTSIDE_US.get(text_id, "outside_us")
    return "canada" if text_id in _NOT_IN_CANADA else text_id


def _sign(*signs: str) -> Callable[[Verdict], bool]:
    return lambda verdict: any(sign in verdict.signs for sign in signs)


def _kind(kind: str) -> Callable[[Verdict], bool]:
    return lambda verdict: kind in verdict.kinds


def _hurt_minor(verdict: Verdict) -> bool:
    return "violence_now" in verdict.kinds and "minor" in verdict.signs


def _hurt_child(verdict: Verdict) -> bool:
    return "violence_now" in verdict.kinds and "child" in verdict.signs


def _taken_on_purpose(verdict: Verdict) -> bool:
    both = {"overdose_or_withdrawal_emergency", "suicide_active"}
    return both <= set(verdict.kinds)


def _only_others_at_risk(verdict: Verdict) -> bool:
    """Harm to others without a wish to die: with one, the text about suicide goes out (C3)."""
    return "harm_to_others" in verdict.kinds and "suicide_active" not in verdict.kinds


def _poison_line_first(verdict: Verdict) -> bool:
    kinds = set(verdict.kinds)
    return "overdose_or_withdrawal_emergency" in kinds and "suicide_active" not in kinds


# Rules 1.6 from top to bottom: (does it apply, text about the person, text about somebody else).
_CHOICES: tuple[tuple[Callable[[Verdict], bool], str, str], ...] = (
    (_sign("attempt_now"), "now_suicide", "now_suicide_other"),
    (_taken_on_purpose, "now_suicide", "now_suicide_other"),
    (_sign("unresponsive"), "now_unresponsive", "now_unresponsive"),
    (_sign("withdrawal"), "now_withdrawal", "now_withdrawal"),
    (_hurt_child, "child_in_danger", "child_in_danger"),
    (_hurt_minor, "minor_hurt", "child_in_danger"),
    (_sign("sexual_assault"), "sexual_assault", "sexual_assault"),
    (_kind("violence_now"), "now_violence", "now_violence_other"),
    (_sign("medical"), "now_medical", "now_medical"),
    (_only_others_at_risk, "harm_to_others", "harm_to_others_other"),
)
