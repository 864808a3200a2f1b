"""Speed and memory of Warmline beside stock Rasa, in one run on one machine: `make bench`."""
