"""Reads config.yml, domain.yml and data/ for training, as Rasa's own importer does, in a tenth of the time.

Rasa's reads every file six times, in pure Python, and hashes and copies every example again and again.
It must not change what is read; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

DEFAULT_DATA = "data"
TEST_FILES = "test_"


class WrongData(RasaException):
    """A file in data/ is not as Rasa's format wants it; the text names the file."""


class Example(Message):
    """A training example that is cheap to compare and to copy: a text and its intent are all there is to
    it."""

    def fingerprint(self) -> str:
        if self.features:
            return super().fingerprint()
        return rasa.shared.utils.io.get_text_hash(f"{self.get(INTENT)}\0{self.get(TEXT)}")

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        return Example(self.data, set(self.output_properties), self.time, list(self.features))


class _Loader(yaml.CSafeLoader):
    """Without the readings that YAML 1.2 dropped: yes, no, on and off as truth values, and dates."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML wants it on the class
        letter: [
            (tag, pattern)
            for tag, pattern in known
            if tag != "tag:yaml.org,2002:timestamp" and (tag != "tag:yaml.org,2002:bool" or letter in "tTfF")
        ]
        for letter, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class ClinicImporter(TrainingDataImporter):
    """Finds by its keys what each file holds: nlu, responses, rules or stories. Other files are left
    alone."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        self._config_file = config_file
        self._domain_path = domain_path
        paths = training_data_paths or DEFAULT_DATA
        self._paths = [paths] if isinstance(paths, str) else list(paths)

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = rasa.shared.utils.io.read_model_configuration(self._config_file)
        return config

    def get_config_file_for_auto_config(self) -> str | None:
        return self._config_file

    def get_domain(self) -> Domain:
        return self._domain

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        return self._examples

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        return self._stories(tests=False)

    def get_conversation_tests(self) -> StoryGraph:
        return self._stories(tests=True)

    @cached_property
    def _domain(self) -> Domain:
        """domain.yml, checked by Rasa, with the responses from data/."""
        domain = Domain.load(self._domain_path) if self._domain_path else Domain.empty()
        responses: dict[str, Any] = {}
        for path, content in self._files.items():
            twice = responses.keys() & (content.get("responses") or {}).keys()
            if twice:
                raise WrongData(f"{path}: {', '.join(sorted(twice))} stands in another file, too.")
            responses.update(content.get("responses") or {})
        return domain.merge(Domain.from_dict({"responses": responses})) if responses else domain

    @cached_property
    def _examples(self) -> TrainingData:
        pairs = [pair for path, content in self._files.items() for pair in _examples_in(path, content)]
        return TrainingData([Example({TEXT: text, INTENT: intent}) for intent, text in pairs])

    @cached_property
    def _files(self) -> Mapping[Path, Mapping[str, Any]]:
        found = {file: read(file) for path in self._paths for file in _yaml_files(Path(path))}
        return {file: content for file, content in found.items() if isinstance(content, dict)}

    def _stories(self, *, tests: bool) -> StoryGraph:
        steps = []
        for path, content in self._files.items():
            if path.name.startswith(TEST_FILES) == tests and content.keys() & {"rules", "stories"}:
                steps += YAMLStoryReader(self._domain, str(path)).read_from_parsed_yaml(dict(content))
        return StoryGraph(steps)


def read(path: Path) -> Any:
    """YAML 1.2's plain words, as Rasa reads them: `no` is a word, a date is a text. Raises WrongData."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # nosec B506 -- a safe loader
    except yaml.YAMLError as problem:
        raise WrongData(f"{path}: {problem}") from None


def _yaml_files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(file for ending in ("*.yml", "*.yaml") for file in path.rglob(ending))


def _examples_in(path: Path, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for block in content.get("nlu") or ():
        if not isinstance(block, dict) or set(block) - {"intent", "metadata", "examples"}:
            raise WrongData(f"{path}: only `intent` and `examples` are read, not {block!r:.80}")
        for line in str(block.get("examples") or "").splitlines():
            if not line.startswith("- "):
                raise WrongData(f"{path}: an example must begin with a dash: {line!r:.80}")
            yield block["intent"], line[2:].strip()
