"""What runs inside Rasa's process (Python 3.10): features, intents, channel, tracker store, answers' words.

It must not import `bot` or `actions`, and it must never log what a client wrote.
"""
