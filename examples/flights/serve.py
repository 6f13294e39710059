"""Serves a folder on the loopback address.

    serve.py FOLDER [PORT]      prints its address; ends with Ctrl-C
"""
import functools
import http.server
import sys
import threading

PORT = 8013


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


def start(folder, port=PORT):
    """(server, address): on `port`, or on a free one where that is taken."""
    handler = functools.partial(Handler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    served, address = start(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else PORT)
    print(address, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        served.shutdown()
