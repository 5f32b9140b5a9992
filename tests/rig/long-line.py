#!/usr/bin/env python3
# long-line.py NEAR FAR DELAY_MS JITTER_MS - a line between two network namespaces that takes its time: a device `line` in
# each, and every packet goes over DELAY_MS later, give or take JITTER_MS, in order. Both ways alike. Says `ready`; ends by a signal.
#
# Needs root and /dev/net/tun. A device of this kind does by itself what many kernels have no netem for.
import ctypes
import fcntl
import os
import random
import select
import struct
import sys
import time
from collections import deque

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def device_in(namespace):
    """A tun device `line` there; it is gone when this process is."""
    with open(f"/run/netns/{namespace}") as where:
        if libc.setns(where.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"line", IFF_TUN | IFF_NO_PI))
    return tun


def main():
    near, far = sys.argv[1:3]
    delay, jitter = (float(ms) / 1000 for ms in sys.argv[3:5])
    ends = [device_in(near), device_in(far)]
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    under_way = {end: deque() for end in ends}  # by where they came from: (when they arrive, packet)
    print("ready", flush=True)
    while True:
        due = min((queue[0][0] for queue in under_way.values() if queue), default=None)
        wait = None if due is None else max(0, due - time.monotonic())
        for end in select.select(ends, [], [], wait)[0]:
            while True:
                try:
                    packet = os.read(end, 65536)
                except (BlockingIOError, OSError):
                    break  # no more, or the device is not up
                queue = under_way[end]
                at = time.monotonic() + max(0, random.uniform(delay - jitter, delay + jitter))
                queue.append((max(at, queue[-1][0]) if queue else at, packet))
        now = time.monotonic()
        for end, queue in under_way.items():
            while queue and queue[0][0] <= now:
                try:
                    os.write(other[end], queue.popleft()[1])
                except OSError:
                    pass  # the other device is not up


main()
