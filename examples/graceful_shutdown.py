"""The source of "graceful_shutdown.ts worker". Ctrl-C, or python graceful_shutdown.py [jobs], ends all of it."""
import itertools, sys, time, zmq

limit = int(sys.argv[1]) if len(sys.argv) > 1 else None
sent = 0
with zmq.Context() as context, context.socket(zmq.PUSH) as jobs:
    jobs.connect("tcp://127.0.0.1:5561")
    try:
        for sent in itertools.islice(itertools.count(1), limit):
            jobs.send_string(f"job {sent}")
            time.sleep(0.001)
    except KeyboardInterrupt:
        pass
    jobs.send(b"")  # The last one. Leaving the block waits until all of them have gone out.
print(f"{sent} jobs sent")
