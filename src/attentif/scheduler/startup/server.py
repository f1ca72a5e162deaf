"""What the server imports from which workers are forked."""

from __future__ import annotations

import atexit
import os

from attentif.scheduler.startup import worker_modules

worker_modules.warm_up()

# Python would take a second to put away what was imported, and whoever reads the command's output would wait for it.
atexit.register(os._exit, 0)
