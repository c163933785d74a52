"""A server that speaks LibreTranslate's protocol, as a process of its own: what it checks and answers is what its documentation says.

Run with the key that it asks for (empty: none); it prints its port. It translates by writing the words of a tiny glossary, and says
what it was asked on `GET /asked`. `GET /languages` lists what it can.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LANGUAGES = ("en", "ar", "fr", "zh")
GLOSSARY = {
    ("en", "fr"): {"Trees": "Les arbres", "belong": "ont leur place", "along every street.": "le long de chaque rue."},
    ("en", "ar"): {"Trees": "الأشجار", "belong": "مكانها", "along every street.": "على طول كل شارع."},
}
ASKED: list[dict[str, Any]] = []


class Speaker(BaseHTTPRequestHandler):
    """One request; HTTP/1.1 with the body in chunks, as the original's server sends it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/languages":
            self._answer(200, [{"code": code, "name": code, "targets": list(LANGUAGES)} for code in LANGUAGES])
        else:
            self._answer(200, ASKED)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/translate":
            self._answer(404, {"error": "Not found"})
            return
        try:
            asked = json.loads(body)
        except ValueError:
            self._answer(400, {"error": "Invalid JSON format"})
            return
        ASKED.append(asked)
        for name in ("q", "source", "target"):
            if not asked.get(name):
                self._answer(400, {"error": f"Invalid request: missing {name} parameter"})
                return
        if sys.argv[1] and asked.get("api_key") != sys.argv[1]:
            self._answer(403, {"error": "Invalid API key"})
        elif asked["source"] not in LANGUAGES:
            self._answer(400, {"error": f"{asked['source']} is not supported"})
        elif asked["target"] not in LANGUAGES:
            self._answer(400, {"error": f"{asked['target']} is not supported"})
        else:
            words = asked["q"]
            for here, there in GLOSSARY.get((asked["source"], asked["target"]), {}).items():
                words = words.replace(here, there)
            self._answer(200, {"translatedText": words})

    def _answer(self, status: int, told: Any) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        written = json.dumps(told).encode()
        for start in range(0, len(written), 40):
            part = written[start : start + 40]
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Speaker) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
