"""Runs a program with the system calls that a unit of systemd leaves it.

confine.py CALLS PROGRAM [ARG ...]: CALLS are the names of those, with commas. All
others fail with EPERM, as do memory that can be written and executed, and sockets
of other families than IPv4, IPv6 and of files.
"""

import errno
import mmap
import os
import socket
import sys

import seccomp

calls = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
for name in sys.argv[1].split(","):
    try:
        calls.add_rule(seccomp.ALLOW, name)
    except RuntimeError:  # not on this architecture
        pass

rest = seccomp.SyscallFilter(seccomp.ALLOW)
both = mmap.PROT_WRITE | mmap.PROT_EXEC
rest.add_rule(seccomp.ERRNO(errno.EPERM), "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, both, both))
rest.add_rule(seccomp.ERRNO(errno.EPERM), "mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, mmap.PROT_EXEC, mmap.PROT_EXEC))
for family in range(1, 46):
    if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
        rest.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", seccomp.Arg(0, seccomp.EQ, family))

rest.load()
calls.load()
os.execv(sys.argv[2], sys.argv[2:])
