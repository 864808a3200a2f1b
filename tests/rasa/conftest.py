"""The tests in `inside` need Rasa's Python; test_rasa_side.py runs them there."""

collect_ignore = ["inside"]
