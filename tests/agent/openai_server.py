"""A scripted OpenAI-compatible endpoint on loopback: it answers each request with the next step of its script."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = dict[str, Any]


def text(content: str) -> Step:
    return {"kind": "text", "content": content}


def calls(*made: tuple[str, Any], content: str = "") -> Step:
    """Native tool calls; arguments that are text go out as they are, malformed or not."""
    return {"kind": "calls", "calls": list(made), "content": content}


def status(code: int, message: str = "no") -> Step:
    return {"kind": "status", "code": code, "message": message}


def cut(content: str) -> Step:
    """A stream that breaks off in the middle."""
    return {"kind": "cut", "content": content}


def garbage(body: str) -> Step:
    return {"kind": "garbage", "body": body}


class ScriptedEndpoint:
    """Holds the script and the requests that came."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = list(steps)
        self.requests: list[dict[str, Any]] = []
        self.url = ""
        self._lock = threading.Lock()

    def next(self, request: dict[str, Any]) -> Step:
        with self._lock:
            self.requests.append(request)
            return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


@contextmanager
def scripted_endpoint(*steps: Step) -> Iterator[ScriptedEndpoint]:
    """Serve a script; the last step repeats."""
    endpoint = ScriptedEndpoint(steps)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            """Silent."""

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            request = json.loads(self.rfile.read(length))
            step = endpoint.next(request)
            if step["kind"] == "status":
                self._json(step["code"], {"error": {"message": step["message"], "type": "x"}})
            elif step["kind"] == "garbage":
                self._raw(200, step["body"].encode(), "text/html")
            elif step["kind"] == "cut" and not request.get("stream"):
                self._half(step)
            elif request.get("stream"):
                self._stream(step)
            else:
                self._json(200, _whole(step))

        def _json(self, code: int, body: dict[str, Any]) -> None:
            self._raw(code, json.dumps(body).encode(), "application/json")

        def _half(self, step: Step) -> None:
            """An answer that says how long it is and ends before that."""
            data = json.dumps(_whole(step)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True

        def _raw(self, code: int, data: bytes, kind: str) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, step: Step) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for delta in _deltas(step):
                chunk = {
                    "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
                }  # fmt: skip
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
            if step["kind"] == "cut":
                self.wfile.write(b'data: {"id": "c", "choi')
                self.wfile.flush()
                self.close_connection = True
                return
            reason = "tool_calls" if step["kind"] == "calls" else "stop"
            last = {
                "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
                "choices": [{"index": 0, "delta": {}, "finish_reason": reason}],
            }  # fmt: skip
            self.wfile.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _arguments(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _deltas(step: Step) -> Iterator[dict[str, Any]]:
    """Small pieces: text word by word, arguments in halves."""
    yield {"role": "assistant", "content": ""}
    words = step.get("content", "").split(" ")
    for index, word in enumerate(words):
        if word:
            yield {"content": (" " if index else "") + word}
    for index, (name, value) in enumerate(step.get("calls", [])):
        arguments = _arguments(value)
        half = len(arguments) // 2
        head = {"index": index, "id": f"call_{index}", "type": "function"}
        yield {"tool_calls": [{**head, "function": {"name": name, "arguments": arguments[:half]}}]}
        yield {"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]}


def _whole(step: Step) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": step.get("content", "")}
    if step.get("calls"):
        message["tool_calls"] = [
            {"id": f"call_{i}", "type": "function", "function": {"name": n, "arguments": _arguments(a)}}
            for i, (n, a) in enumerate(step["calls"])
        ]
    return {
        "id": "c", "object": "chat.completion", "created": 1, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }  # fmt: skip
