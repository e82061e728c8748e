#!/usr/bin/env python3
"""Draws the icons of the installed application from the design of Sources/App/Public/icon.svg.

Writes Sources/App/Public/icons/*.png; needs nothing but Python. A pixel's share of a shape comes from its distance
to the shape's edge, so the edges are smooth.
"""

import math
import struct
import zlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "Sources/App/Public/icons"
GROUND, INK = (0xA2, 0x45, 0x0A), (0xFF, 0xFE, 0xFB)
# The tick of icon.svg, in its box of 32 by 32.
POINTS, WIDTH, CORNER = [(8, 17), (13.5, 22.5), (24.5, 11)], 4.2, 8


def to_segment(x, y, a, b):
    """The distance of a point to the line from a to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = max(0, min(1, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - a[0] - t * dx, y - a[1] - t * dy)


def to_square(x, y, corner):
    """The distance to the rounded square, less than nothing inside."""
    dx, dy = abs(x - 16) - 16 + corner, abs(y - 16) - 16 + corner
    return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - corner


def draw(size, scale=1.0, rounded=True):
    """The icon as rows of RGBA; `scale` shrinks the tick, for a mask that may cut off the edge."""
    unit = 32 / size
    rows = []
    for row in range(size):
        line = bytearray([0])
        for column in range(size):
            x, y = (column + 0.5) * unit, (row + 0.5) * unit
            u, v = 16 + (x - 16) / scale, 16 + (y - 16) / scale
            far = min(to_segment(u, v, *pair) for pair in zip(POINTS, POINTS[1:])) - WIDTH / 2
            ink = max(0, min(1, 0.5 - far * scale / unit))
            ground = max(0, min(1, 0.5 - to_square(x, y, CORNER) / unit)) if rounded else 1
            line += bytes(round(g + (i - g) * ink) for g, i in zip(GROUND, INK)) + bytes([round(255 * ground)])
        rows.append(bytes(line))
    return rows


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write(name, rows):
    size = len(rows)
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b"")
    (FOLDER / name).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write("icon-192.png", draw(192))
    write("icon-512.png", draw(512))
    write("icon-mask.png", draw(512, scale=0.8, rounded=False))
    write("icon-touch.png", draw(180, rounded=False))
