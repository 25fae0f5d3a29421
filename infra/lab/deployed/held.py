"""Runs a Python module until the standard input ends: `held.py MODULE ARGUMENTS…`.

Whoever starts it holds the other end of that pipe. However they end, even killed, the pipe ends with them, and so do the
module and the programs that it started: all are in one process group.
"""

import os
import runpy
import signal
import sys
import threading


def end_with_the_standard_input():
    while os.read(0, 4096):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


os.setpgid(0, 0)
threading.Thread(target=end_with_the_standard_input, daemon=True).start()
module, sys.argv = sys.argv[1], sys.argv[1:]
try:
    runpy.run_module(module, run_name="__main__", alter_sys=True)
finally:
    # If the module ends by itself, its programs end, too.
    os.killpg(os.getpgrp(), signal.SIGKILL)
