"""Where things are: names shared by the outside and the inside of a sandbox."""

from __future__ import annotations

SPOOL = "/run/spool"  # in the template: the directory it shares with the grader; hidden from kernels
RUN = "/run/kernel"  # in a kernel: its own part of it (connection file, sockets), read-only once notebooks run
WORKDIR = "/submission"  # in a kernel: the private copy of the submission's folder
HOME = "/tmp"
USER_ID = 1000

TEMPLATE_SOCKET = "template"
CHANNELS = "k"  # the kernel's sockets are RUN/k-1 … RUN/k-5
CHANNEL_DIR = "channel"  # RUN/channel: sockets on which the grader listens
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "hb_port": 4, "control_port": 5}

# The whole environment of a template and of its kernels, with what the specification adds.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",  # whatever student code asks for: no thread of a pool survives a fork, which hangs
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "IPYTHONDIR": HOME + "/.ipython",
    "MPLCONFIGDIR": HOME + "/.matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
