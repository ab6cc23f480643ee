# Asks a NATS server for what it says of itself, by the only connection that the task may make.
#
# In the cluster, with the server's pods labelled app=nats in the namespace bakerst:
#
#   warder render examples/ask-nats.py -n bakerst --egress ns=bakerst,pod=app=nats:4222 --dns kube
#
# Everywhere else nothing can be reached, and it says so.

import os
import socket

host = os.environ.get("NATS_HOST", "nats.bakerst.svc.cluster.local")
try:
    with socket.create_connection((host, 4222), timeout=5) as connection:
        print(connection.recv(4096).decode().strip())
except OSError as problem:
    print(f"{host} cannot be reached: {problem}")
