"""Handoffs while every process is killed at random: `python -m bench.survival --handoffs 200`."""
