"""A subscriber to pub_server.ts. python sub_client.py [topic] [updates]"""
import json, sys, zmq

topic = sys.argv[1] if len(sys.argv) > 1 else "weather.paris"
with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
    subscriber.subscribe(topic)
    subscriber.connect("tcp://localhost:5556")
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 5):
        name, news = subscriber.recv_multipart()
        print(f"{name.decode()}: {json.loads(news)['degrees']} °C")
