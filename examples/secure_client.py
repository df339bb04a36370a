"""A client of secure_server.ts. python secure_client.py [folder] [name] [questions]"""
import os, sys, zmq, zmq.auth, zmq.utils.monitor

folder = sys.argv[1] if len(sys.argv) > 1 else "certificates"
name = sys.argv[2] if len(sys.argv) > 2 else "joe"
server, _ = zmq.auth.load_certificate(os.path.join(folder, "server.key"))
if name == "stranger":
    public, secret = zmq.curve_keypair()
else:
    public, secret = zmq.auth.load_certificate(os.path.join(folder, "clients", f"{name}.key_secret"))

with zmq.Context() as context, context.socket(zmq.REQ) as client:
    client.linger, client.rcvtimeo = 0, 10_000
    client.curve_serverkey, client.curve_publickey, client.curve_secretkey = server, public, secret
    monitor = client.get_monitor_socket(zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_SUCCEEDED)
    client.connect("tcp://localhost:5570")
    event = zmq.utils.monitor.recv_monitor_message(monitor)
    if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
        print(f"Turned away: {event['value']}")
        sys.exit()
    for i in range(int(sys.argv[3]) if len(sys.argv) > 3 else 3):
        client.send_string(f"Hello from {name} ({i + 1})")
        print(client.recv_string())
