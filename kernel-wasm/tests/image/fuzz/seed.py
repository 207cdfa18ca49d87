#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""seed.py UNIT IMAGE OUT - an image as records of { number, unit } without
the units that are zero; see h_fuzz.h."""
import struct
import sys

unit = int(sys.argv[1])
image = open(sys.argv[2], "rb").read()
with open(sys.argv[3], "wb") as out:
    for i in range(0, len(image), unit):
        part = image[i:i + unit].ljust(unit, b"\0")
        if part.strip(b"\0"):
            out.write(struct.pack("<H", i // unit) + part)
