"""Free ports on loopback. Nothing in the rig listens anywhere else."""

import random
import socket

HOST = "127.0.0.1"
# Below the ports that the kernel gives to outgoing connections: a server that was killed must
# find its port free when it starts again.
LOWEST, HIGHEST = 15_000, 32_000


def free_port() -> int:
    while True:
        port = random.SystemRandom().randrange(LOWEST, HIGHEST)
        with socket.socket() as listener:
            try:
                listener.bind((HOST, port))
            except OSError:
                continue
            return port


def is_open(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(0.2)
        return caller.connect_ex((HOST, port)) == 0
