"""Asks the workers behind "load_balancer.ts serve". python load_balancer.py [questions]"""
import sys, zmq

with zmq.Context() as context, context.socket(zmq.REQ) as client:
    client.connect("tcp://127.0.0.1:5559")
    for i in range(int(sys.argv[1]) if len(sys.argv) > 1 else 6):
        client.send_string(f"question {i + 1} from Python")
        print(client.recv_string())
