"""Takes the tasks of push_ventilator.ts. python pull_sink.py [tasks]"""
import sys, zmq

with zmq.Context() as context, context.socket(zmq.PULL) as pull:
    pull.bind("tcp://*:5557")
    tasks = [pull.recv_string() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 100)]
    print(f'Took {len(tasks)} tasks, the last was "{tasks[-1]}"')
