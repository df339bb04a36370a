"""Updates for web_gateway.ts serve. python web_gateway.py [rounds]"""
import itertools, sys, time, zmq

limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
with zmq.Context() as context, context.socket(zmq.PUB) as publisher:
    publisher.connect("tcp://127.0.0.1:5580")
    for price in itertools.islice(itertools.count(100), limit):
        publisher.send_multipart([b"stock", f"{price} €".encode()])
        time.sleep(0.01)
