"""A service for secure_client.ts. python secure_server.py [folder] [requests]"""
import itertools, os, sys, zmq, zmq.auth
from zmq.auth.thread import ThreadAuthenticator

folder = sys.argv[1] if len(sys.argv) > 1 else "certificates"
limit = int(sys.argv[2]) if len(sys.argv) > 2 else None
clients = os.path.join(folder, "clients")
os.makedirs(clients, mode=0o700, exist_ok=True)
for where, name in ((folder, "server"), (clients, "joe")):
    if not os.path.exists(os.path.join(where, f"{name}.key")):
        zmq.auth.create_certificates(where, name, metadata={"name": name})

with zmq.Context() as context:
    auth = ThreadAuthenticator(context)
    auth.start()
    auth.allow("127.0.0.1")
    auth.configure_curve(domain="*", location=clients)
    with context.socket(zmq.REP) as server:
        server.curve_publickey, server.curve_secretkey = zmq.auth.load_certificate(
            os.path.join(folder, "server.key_secret")
        )
        server.curve_server = True
        server.bind("tcp://*:5570")
        print("Answering", flush=True)
        for _ in itertools.islice(itertools.count(), limit):
            server.send_string(f"RESPONSE: {server.recv_string()}")
    auth.stop()
