"""News for sub_client.ts. python pub_server.py [rounds]"""
import itertools, random, sys, time, zmq

limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
with zmq.Context() as context, context.socket(zmq.PUB) as publisher:
    publisher.bind("tcp://*:5556")
    for round in itertools.islice(itertools.count(1), limit):
        for city in "london", "paris", "rome":
            publisher.send_string(f"weather.{city}", zmq.SNDMORE)
            publisher.send_json({"round": round, "degrees": random.randint(-5, 35)})
        time.sleep(0.1)
