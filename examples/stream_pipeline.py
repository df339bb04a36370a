"""Sends a file to "stream_pipeline.ts receive FILE.gz". python stream_pipeline.py FILE"""
import sys, zmq

with zmq.Context() as context, context.socket(zmq.PUSH) as push, open(sys.argv[1], "rb") as file:
    push.connect("tcp://127.0.0.1:5558")
    while chunk := file.read(65536):
        push.send(chunk)
    push.send(b"")  # The end of the file.
