#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# images.sh - images made by others, read by us, compared file by file.
#
#   images.sh BINDIR [WORKDIR]
#
# BINDIR holds walk_cd9660 and walk_ffs.  Needs makefs, genisoimage, xorriso and
# python3; an image whose maker is missing is skipped, and said so.
set -u
export RUMP_QUIET=1
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
work=${2:-$(mktemp -d)}
mkdir -p "$work"
failed=0
passed=0

python3 "$here/image_tree.py" make "$work/tree" || exit 1

# compare NAME PROGRAM IMAGE MODE [ARG]: MODE as in image_tree.py
compare() {
	name=$1 prog=$2 img=$3 mode=$4
	shift 4
	if ! "$bin/$prog" "$img" "$@" >"$work/$name.raw" 2>"$work/$name.err"
	then
		echo "FAIL $name: $(tail -1 "$work/$name.err")"
		failed=$((failed + 1))
		return
	fi
	python3 "$here/image_tree.py" list "$work/tree" "$mode" \
	    >"$work/$name.want"
	python3 "$here/image_tree.py" filter "$mode" <"$work/$name.raw" \
	    >"$work/$name.got"
	if cmp -s "$work/$name.want" "$work/$name.got"; then
		passed=$((passed + 1))
	else
		echo "FAIL $name: differs"
		diff "$work/$name.want" "$work/$name.got" | head -5
		failed=$((failed + 1))
	fi
	[ -n "${KEEP:-}" ] || rm -f "$img"
}

iso() {
	name=$1 mode=$2 flags=$3
	shift 3
	command -v "$1" >/dev/null || { echo "SKIP $name: no $1"; return; }
	rm -f "$work/$name.iso"
	if ! "$@" -o "$work/$name.iso" "$work/tree" >"$work/$name.log" 2>&1
	then
		echo "FAIL $name: image not made, see $work/$name.log"
		failed=$((failed + 1))
		return
	fi
	compare "$name" walk_cd9660 "$work/$name.iso" "$mode" "$flags"
}

ffs() {
	name=$1
	shift
	command -v makefs >/dev/null || { echo "SKIP $name: no makefs"; return; }
	if ! makefs -t ffs -s 24m "$@" "$work/$name.ffs" "$work/tree" \
	    >"$work/$name.log" 2>&1; then
		echo "SKIP $name: makefs refuses: $(tail -1 "$work/$name.log")"
		return
	fi
	compare "$name" walk_ffs "$work/$name.ffs" posix
}

iso iso-rock posix 0 genisoimage -quiet -R
iso iso-rock-joliet posix 0 genisoimage -quiet -R -J -joliet-long
iso iso-deep posix 0 genisoimage -quiet -R -D
iso iso-rational names 0 genisoimage -quiet -r -J -joliet-long
iso iso-joliet joliet 1 genisoimage -quiet -R -J -joliet-long
iso iso-plain none 0 genisoimage -quiet -l -D
iso xor-rock posix 0 xorriso -as mkisofs -quiet -R -iso-level 3
iso xor-joliet joliet 1 xorriso -as mkisofs -quiet -R -J -joliet-long -iso-level 3

# A file of two extents, as one of more than 4 GB has.
if command -v genisoimage >/dev/null; then
	python3 "$here/image_tree.py" multi "$work/multi"
	genisoimage -quiet -o "$work/multi.iso" "$work/multi" 2>/dev/null
	python3 "$here/image_tree.py" join "$work/multi.iso"
	want=$(python3 "$here/image_tree.py" joined "$work/multi")
	got=$("$bin/walk_cd9660" "$work/multi.iso" |
	    python3 "$here/image_tree.py" filter none)
	if [ "$want" = "$got" ]; then
		passed=$((passed + 1))
	else
		echo "FAIL multi-extent: want $want, got $got"
		failed=$((failed + 1))
	fi
fi

for version in 1 2; do
	for order in le be; do
		for sizes in 4096,512 8192,1024 16384,2048 32768,4096 \
		    65536,8192 8192,8192; do
			b=${sizes%,*} f=${sizes#*,}
			ffs "ffs$version-$order-$b-$f" -B $order \
			    -o "version=$version,bsize=$b,fsize=$f"
		done
	done
done

echo "images: $passed passed, $failed failed"
[ -n "${KEEP:-}" ] || [ $failed -ne 0 ] || rm -rf "$work"
[ $failed -eq 0 ]
