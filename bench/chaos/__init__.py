"""A storm: the whole service under load while everything around and inside it fails. `python -m bench.chaos`."""
