"""Starts the processes of the trial quickly: everything heavy is imported once here, and each process is a fork of it.

Reads plans, one JSON line each, from its standard input and answers with the new process's id. Its children end with it.
"""

import asyncio
import ctypes
import json
import logging
import os
import signal
import sys
from pathlib import Path

import spacy.matcher  # noqa: F401  (every process needs it, and it is slow to import)

from bench.survival.parts import Plan, run
from bot.log import set_up_logging
from bot.screen.screen import Screen

_PR_SET_PDEATHSIG = 1


def main() -> None:
    screen = Screen.load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    print("ready", flush=True)
    for line in sys.stdin:
        plan = Plan(**json.loads(line))
        if pid := os.fork():
            print(pid, flush=True)
        else:
            _be(plan, screen)


def _be(plan: Plan, screen: Screen) -> None:
    """The child: dies with the nursery, logs to a file of its own, and never returns."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(os.open(Path(plan.folder) / f"{plan.name}.out", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        os.dup2(1, 2)
        set_up_logging("INFO", Path(plan.folder) / "logs" / plan.name)
        asyncio.run(run(plan, screen))
        code = 0
    except BaseException as error:
        logging.getLogger("survival").error("part ended: %s", type(error).__name__)
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
