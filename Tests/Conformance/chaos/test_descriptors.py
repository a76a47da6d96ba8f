"""No more descriptors: new connections wait or are turned away, all else goes on."""

import resource
import socket
import time

from patience import eventually
from registries import publish

TOO_FEW = 96


def exhausted(pod) -> list[socket.socket]:
    """Connections until the pod has no descriptor left."""
    sockets = []
    for _ in range(TOO_FEW + 40):
        one = socket.socket()
        one.settimeout(5)
        one.connect(("127.0.0.1", pod.port))
        sockets.append(one)
    eventually(lambda: pod.descriptors >= TOO_FEW - 2, what="descriptors are not used up")
    return sockets


def limit(pod, count: int | None):
    """Sets the soft limit; the hard one could not be raised again."""
    _, most = resource.prlimit(pod.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pod.pid, resource.RLIMIT_NOFILE, (count or most, most))


def test_a_pod_without_descriptors_serves_who_is_there_says_so_and_accepts_again(start, bystander):
    pod = start("--handshake-timeout=20s")
    others = bystander(pod)
    turned_away = pod.metric("vigie_connections_shed_total")
    limit(pod, TOO_FEW)
    sockets = exhausted(pod)
    pod.says("no descriptors are left")
    # It does not spin on what it cannot accept.
    used, began = pod.cpu_seconds, time.monotonic()
    since = began
    others.wait_for(100, since=since)
    spent = (pod.cpu_seconds - used) / (time.monotonic() - began)
    assert spent < 1.5, f"{spent} processors were used for nothing"
    for one in sockets:
        one.close()
    eventually(lambda: pod.metric("vigie_connections_open") == 1)
    assert pod.metric("vigie_connections_shed_total") > turned_away
    with socket.create_connection(("127.0.0.1", pod.port), 5) as again:
        again.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
        assert again.recv(9)[3] == 4, "no SETTINGS came"


def test_a_version_that_comes_while_there_are_no_descriptors_is_loaded_later(
    start, bystander, registry
):
    pod = start("--handshake-timeout=60s")
    bystander(pod)
    limit(pod, TOO_FEW)
    sockets = exhausted(pod)
    publish(registry, "fraud-xgboost", 2)
    pod.says("the registry cannot be read")
    # What is loaded stays, though the registry cannot be read.
    limit(pod, None)
    for one in sockets:
        one.close()
    pod.says("fraud-xgboost/2 serves", 20)
    assert '"name":"fraud-xgboost","version":2,"state":"ready"' in pod.get("/models")[1].lower()
