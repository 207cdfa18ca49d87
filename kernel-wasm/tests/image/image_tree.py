#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""image_tree.py - the tree that images.sh puts into images, and its listing.

  image_tree.py make DIR            generate the tree (the same every time)
  image_tree.py list DIR MODE       print it as walk.c would
  image_tree.py filter MODE         bring walk.c's output into that form

  image_tree.py multi DIR           a tree of two files for a multi-extent image
  image_tree.py join IMAGE          make one file with two extents of them
  image_tree.py joined DIR          what that image holds

MODE  posix   type, mode, size, path, target or hash
      names   the same without the mode (genisoimage -r sets it)
      joliet  files' size and hash and directories, by name; no links
      none    hashes and sizes only: plain names are translated
"""
import os
import random
import stat
import sys


LINKS = ("link", "link59", "link60", "linklong", "absolute", "relative")


def fnv(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def put(path, data, mode=0o644):
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, mode)


def make(top):
    if os.path.exists(top):
        return
    rnd = random.Random(9660)
    os.makedirs(top)
    put(f"{top}/empty", b"")
    put(f"{top}/one", b"x", 0o600)
    for size in (511, 512, 513, 2047, 2048, 2049, 4095, 4096, 8192, 65535,
                 65536, 100000, 98304):
        put(f"{top}/size{size}", rnd.randbytes(size), 0o644)
    # Into the single and, with 4 KiB blocks, the double indirect block.
    put(f"{top}/big", rnd.randbytes(1 << 20) + b"tail")
    put(f"{top}/executable", b"#!/bin/sh\n", 0o755)
    put(f"{top}/Mixed.Case.Name", b"case\n")
    put(f"{top}/with space and ünïcode", "ü\n".encode())
    put(f"{top}/{'n' * 100}", b"long name\n")
    os.makedirs(f"{top}/many")
    for i in range(300):
        put(f"{top}/many/file-number-{i:04d}", b"%d\n" % i)
    deep = top
    for i in range(12):
        deep += f"/level{i}"
        os.mkdir(deep)
        put(f"{deep}/here", b"%d" % i)
    os.symlink("one", f"{top}/link")
    os.symlink("../../level0/./here", f"{top}/many/relative")
    os.symlink("/absolute/path", f"{top}/absolute")
    os.symlink("t" * 59, f"{top}/link59")
    os.symlink("t" * 60, f"{top}/link60")
    # Longer ones overflow a length byte in what genisoimage writes.
    os.symlink("/".join(["component"] * 20), f"{top}/linklong")
    os.mkdir(f"{top}/emptydir", 0o700)
    with open(f"{top}/sparse", "wb") as f:
        f.seek(300000)
        f.write(b"end")
    os.chmod(f"{top}/sparse", 0o444)


def entry(full, path, mode):
    st = os.lstat(full)
    bits = f" {stat.S_IMODE(st.st_mode):04o}"
    if mode != "posix":
        bits = ""
    if stat.S_ISDIR(st.st_mode):
        return None if mode == "none" else f"d{bits} 0 {path}"
    if stat.S_ISLNK(st.st_mode):
        if mode in ("joliet", "none"):
            return None
        target = os.readlink(full)
        if mode == "posix":
            bits = ""
        return f"l{bits} {st.st_size} {path} -> {target}"
    with open(full, "rb") as f:
        h = fnv(f.read())
    if mode == "none":
        return f"{st.st_size} {h:016x}"
    return f"-{bits} {st.st_size} {path} {h:016x}"


def listing(top, mode):
    cache = f"{top}.{mode}.list"
    if os.path.exists(cache):
        sys.stdout.write(open(cache).read())
        return
    lines = []
    for base, dirs, files in os.walk(top):
        for name in dirs + files:
            full = f"{base}/{name}"
            line = entry(full, "/mnt" + full[len(top):], mode)
            if line is not None:
                lines.append(line)
    text = "".join(line + "\n" for line in sorted(lines))
    with open(cache, "w") as f:
        f.write(text)
    sys.stdout.write(text)


def filtered(mode):
    lines = []
    for line in sys.stdin:
        kind, bits, _, _, _, size, rest = line.rstrip("\n").split(" ", 6)
        # Where genisoimage puts directories that are too deep; mke2fs's own.
        if rest in ("/mnt/rr_moved", "/mnt/lost+found"):
            continue
        # A symbolic link without Rock Ridge is an empty file.
        name = rest.split(" ")[0].rsplit("/", 1)[1]
        if mode == "joliet" and name in LINKS:
            continue
        if mode == "none":
            if kind == "-":
                lines.append(f"{size} {rest.rsplit(' ', 1)[1]}")
            continue
        if mode == "joliet" and kind == "l":
            continue
        keep = f" {bits}" if mode == "posix" and kind != "l" else ""
        lines.append(f"{kind}{keep} {size} {rest}")
    sys.stdout.write("".join(line + "\n" for line in sorted(lines)))


def multi(top):
    rnd = random.Random(119)
    os.makedirs(top, exist_ok=True)
    put(f"{top}/parta", rnd.randbytes(34 * 2048))
    put(f"{top}/partb", rnd.randbytes(5001))


def join(path):
    """The record of PARTB becomes the second extent of PARTA."""
    with open(path, "rb") as f:
        image = bytearray(f.read())
    first, second = image.index(b"PARTA.;1"), image.index(b"PARTB.;1")
    image[second + 4:second + 5] = b"A"
    image[first - 33 + 25] |= 0x80
    with open(path, "wb") as f:
        f.write(image)


def joined(top):
    data = b"".join(open(f"{top}/part{x}", "rb").read() for x in "ab")
    print(f"{len(data)} {fnv(data):016x}")


if sys.argv[1] == "multi":
    multi(sys.argv[2])
elif sys.argv[1] == "join":
    join(sys.argv[2])
elif sys.argv[1] == "joined":
    joined(sys.argv[2])
elif sys.argv[1] == "make":
    make(sys.argv[2])
elif sys.argv[1] == "list":
    listing(sys.argv[2], sys.argv[3])
else:
    filtered(sys.argv[2])
