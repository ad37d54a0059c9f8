#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stands in for a program that makes a picture: words.py TOLD PNG WORD… writes the words to the file TOLD as JSON, the
bytes of each in hex, and a grey picture to PNG."""
import json
import os
import struct
import sys
import zlib


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def main(told, png, *words):
    rows = b"".join(b"\0" + b"\x80" * 64 for _ in range(36))
    with open(png, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 36, 8, 0, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    with open(told, "w") as file:
        json.dump([os.fsencode(word).hex() for word in words], file)


main(*sys.argv[1:])
