"""Where alerts arrive in tests: a small web server on this machine that keeps every message, and a mail server."""

from __future__ import annotations

import json
import re
import socketserver
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink:
    """Messages by path, in order. `answer`: the status that each path gets; `wait`: seconds before it does."""

    def __init__(self):
        self.messages, self.answer, self.wait = [], {}, {}

    def texts(self, path="/desk"):
        return [message["message"] for at, message in self.messages if at == path]

    def ids(self, path="/desk"):
        """The ids of every alert told there, message by message."""
        return [re.findall(r"\[([0-9a-f]{8})\]", text) for text in self.texts(path)]


@contextmanager
def web_sink():
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sink.messages.append((self.path.rstrip("/"), message))
            time.sleep(sink.wait.get(self.path.rstrip("/"), 0))
            self.send_response(sink.answer.get(self.path.rstrip("/"), 200))
            self.send_header("Location", "http://192.0.2.1/")
            self.end_headers()

        def log_message(self, *_):
            pass

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        sink.port = port
        yield sink


@contextmanager
def mail_sink():
    """A mail server of eight commands; gives the letters it took and its port."""
    letters = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 sink\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go\r\n")
                    letter = b""
                    while (line := self.rfile.readline()) != b".\r\n":
                        letter += line
                    letters.append(letter)
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        yield letters, port


@contextmanager
def _served(server):
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
