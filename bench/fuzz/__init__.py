"""Rubbish for every door of the service, and what must hold of every answer. `python -m bench.fuzz --requests 20000`."""
