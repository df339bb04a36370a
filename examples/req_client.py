"""A client of rep_server.ts. python req_client.py [questions]"""
import sys, zmq

with zmq.Context() as context, context.socket(zmq.REQ) as client:
    client.connect("tcp://localhost:5555")
    for i in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        client.send_string(f"Hello from Python! ({i + 1})")
        print(client.recv_string())
