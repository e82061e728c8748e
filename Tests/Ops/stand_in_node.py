"""Stands in for a node of FlixList: `stand_in_node.py PORT LOG [--lacks-assets] [--breaks] [--bare]`.

It writes a line for each request into LOG, and answers:

    …/sleep/N/…      after N tenths of a second
    /headers         the request's own head
    --lacks-assets   404 to all below /assets/, which it gives out as public and immutable otherwise
    --bare           no security policy
    --breaks         reads the request and breaks the connection off
"""

import asyncio
import contextlib
import os
import signal
import sys


async def _serve(port, log, options):
    with open(log, "a", buffering=1, encoding="utf-8") as lines:

        async def answer(reader, writer):
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    method, path, _ = head.split("\r\n")[0].split(" ")
                    length = [
                        line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length:")
                    ]
                    await reader.readexactly(int(length[0]) if length else 0)
                    lines.write(f"{method} {path}\n")
                    if "--breaks" in options:
                        break
                    if "/sleep/" in path:
                        await asyncio.sleep(int(path.partition("/sleep/")[2].split("/")[0]) / 10)
                    writer.write(_answer(method, path, head, options))
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024)
        async with server:
            await server.serve_forever()


def _answer(method, path, head, options):
    status, cache, body = "200 OK", "no-store", f"{os.getpid()} {method} {path}\n"
    if path == "/headers":
        body = head
    if path.startswith("/assets/"):
        cache = "public, max-age=31536000, immutable"
        if "--lacks-assets" in options:
            status, cache = "404 Not Found", "no-store"
    fields = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        f"Cache-Control: {cache}",
    ]
    if "--bare" not in options:
        fields.append("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'")
    return ("\r\n".join(fields) + "\r\n\r\n" + ("" if method == "HEAD" else body)).encode("latin-1")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
