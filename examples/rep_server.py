"""A service for req_client.ts. python rep_server.py [requests]"""
import itertools, sys, zmq

limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
with zmq.Context() as context, context.socket(zmq.REP) as server:
    server.bind("tcp://*:5555")
    for _ in itertools.islice(itertools.count(), limit):
        server.send_string(f"RESPONSE: {server.recv_string()}")
