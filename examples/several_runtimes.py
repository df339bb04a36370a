"""One peer more for "several_runtimes.ts 3". python several_runtimes.py"""
import platform, zmq

with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
    dealer.routing_id = b"python"
    dealer.connect("tcp://127.0.0.1:5563")
    dealer.send_string(f"Hello from python {platform.python_version()}")
    while (word := dealer.recv_string()) != "bye":
        dealer.send_string(word.upper())
