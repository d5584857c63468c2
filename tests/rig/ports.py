"""Free ports on loopback. Nothing in the rig listens anywhere else."""

import socket

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(0.2)
        return caller.connect_ex((HOST, port)) == 0
