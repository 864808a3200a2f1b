"""Starts a program that ends when we end, however we end.

Python's own `preexec_fn` is unsafe in a program with threads, so the child is this small script first: it
asks the kernel for a signal at our death, gives up root if told to, and turns into the program. No more here.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def tied_to_us(
    argv: Sequence[str | os.PathLike[str]], ending: signal.Signals, user: tuple[int, int] | None = None
) -> list[str]:
    """The command that runs `argv` and gets `ending` when this process dies; as `user` (uid, gid) if given.

    Start it from the main thread: Linux sends the signal when the thread that started the child ends.
    Raises RuntimeError in any other thread.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("A program that shall end with us must be started from the main thread.")
    uid, gid = user if user else (-1, -1)
    head = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(ending)), str(uid), str(gid)]
    return head + [os.fspath(part) for part in argv]


def _become(parent: int, ending: int, uid: int, gid: int, argv: list[str]) -> None:
    import ctypes  # noqa: PLC0415 -- only the child needs it

    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After setuid: a change of user clears the wish.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, ending, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the program that started this one has already ended")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would hand that on
    os.execv(argv[0], argv)  # noqa: S606  # nosec B606 -- no shell is the point


if __name__ == "__main__":
    _parent, _ending, _uid, _gid = (int(word) for word in sys.argv[1:5])
    _become(_parent, _ending, _uid, _gid, sys.argv[5:])
