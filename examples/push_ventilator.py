"""Tasks for pull_sink.ts. python push_ventilator.py [tasks]"""
import sys, zmq

with zmq.Context() as context, context.socket(zmq.PUSH) as push:
    push.connect("tcp://localhost:5557")
    for task in range(int(sys.argv[1]) if len(sys.argv) > 1 else 100):
        push.send_string(f"task {task + 1}")
