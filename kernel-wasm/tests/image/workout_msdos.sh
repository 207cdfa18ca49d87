#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# workout_msdos.sh - FAT images of every width that mkfs.fat and our own newfs
# made, changed by us, checked and read by others; and disks whose power was
# cut, repaired by our fsck and checked by fsck.fat.
#
#   workout_msdos.sh BINDIR [WORKDIR]
#
# FILES: how many (1500, and 10000 on one image), ONLY: a pattern of image names, KEEP: leave them.
set -u
export RUMP_QUIET=1
export ASAN_OPTIONS=detect_leaks=0
export MTOOLS_SKIP_CHECK=1
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
work=${2:-$(mktemp -d)}
mkdir -p "$work"
files=${FILES:-1500}
failed=0
passed=0

fail() {
	echo "FAIL $name: $1"
	failed=$((failed + 1))
}

ok() {
	passed=$((passed + 1))
	echo "ok $name"
	[ -n "${KEEP:-}" ] || rm -f "$work/$name.img"
}

# Two checkers find nothing, with not a word on what they repaired.
check() {
	fsck.fat -n "$work/$name.img" >"$work/$name.fsck" 2>&1 ||
	    { fail "$1: fsck.fat: $(head -4 "$work/$name.fsck")"; return 1; }
	node "$here/msdos_tool.mjs" fsck n "$work/$name.img" |
	    grep -q ' 0$' || { fail "$1: fsck_msdos -n"; return 1; }
}

# mtools reads what we read.
readback() {
	# The list is kept beside the tree it is of.
	rm -rf "$work/dump" "$work/dump.names.list"
	mkdir "$work/dump"
	"$bin/walk_msdos" "$work/$name.img" >"$work/$name.raw" 2>"$work/$name.err" ||
	    { fail "walk: $(tail -1 "$work/$name.err")"; return 1; }
	python3 "$here/image_tree.py" filter names <"$work/$name.raw" >"$work/$name.got"
	mcopy -s -n -i "$work/$name.img" ::work "$work/dump" >"$work/$name.log" 2>&1 ||
	    { fail "mcopy: $(tail -1 "$work/$name.log")"; return 1; }
	python3 "$here/image_tree.py" list "$work/dump" names >"$work/$name.want"
	rm -rf "$work/dump"
	cmp -s "$work/$name.want" "$work/$name.got" ||
	    { fail "mtools reads other files: $(diff "$work/$name.want" "$work/$name.got" | head -3)"; return 1; }
}

# workout FILES MODE: the image is there
workout() {
	for part in work storm finish; do
		timeout 300 "$bin/workout_msdos" "$work/$name.img" $part "$1" "$2" \
		    >"$work/$name.log" 2>&1 ||
		    { fail "$part: $(tail -3 "$work/$name.log")"; return; }
		check $part || return
	done
	readback && ok
}

# fat NAME MEGABYTES FILES MODE ARGS: mkfs.fat makes it
fat() {
	name=$1 size=$2 count=$3 mode=$4
	shift 4
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	rm -f "$work/$name.img"
	mkfs.fat "$@" -C "$work/$name.img" $((size * 1024)) >"$work/$name.log" 2>&1 ||
	    { echo "SKIP $name: $(tail -1 "$work/$name.log")"; return; }
	workout "$count" "$mode"
}

# newfs NAME MEGABYTES FILES MODE BITS SPC: we make it
newfs() {
	name=$1
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	node "$here/msdos_tool.mjs" newfs "$work/$name.img" $(($2 * 1048576)) "$5" "$6" \
	    >"$work/$name.log" 2>&1 ||
	    { fail "newfs: $(tail -1 "$work/$name.log")"; return; }
	check newfs && workout "$3" "$4"
}

# A disk whose power was cut is repaired without a question, and then there is
# nothing left to find.
cuts() {
	name=cuts
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	rm -f "$work"/cut-*.img
	H_CUT_DUMP=$work/cut H_CUT_STEP=6 "$1" fat_powercut fat_powercut_reordered >"$work/$name.log" 2>&1 ||
	    { fail "$(tail -3 "$work/$name.log")"; return; }
	node "$here/msdos_tool.mjs" fsck preen "$work"/cut-*.img >"$work/$name.preen"
	grep -v ' 0$' "$work/$name.preen" && { fail "fsck_msdos -p"; return; }
	total=0
	for img in "$work"/cut-*.img; do
		fsck.fat -n "$img" >"$work/$name.fsck" 2>&1 ||
		    { fail "$img: $(tail -5 "$work/$name.fsck")"; return; }
		"$bin/walk_msdos" "$img" 2>/dev/null | grep -q ' 30000 /mnt/kept ' ||
		    { fail "$img: what was synced"; return; }
		total=$((total + 1))
	done
	ok
	echo "   $total disks"
	[ -n "${KEEP:-}" ] || rm -f "$work"/cut-*.img
}

command -v mkfs.fat >/dev/null && command -v mcopy >/dev/null ||
    { echo "SKIP workout_msdos: no mkfs.fat or mcopy"; exit 0; }

newfs fat12-32k 127 1000 sync 12 64
newfs fat16-2k 96 "$files" async 16 4
newfs fat32-512 96 "$files" sync 32 1
fat fat16-8k 256 "$files" sync -F 16 -s 16
fat fat16-4k-sectors 160 "$files" async -F 16 -S 4096 -s 1
fat fat32-2k 192 "$files" async -F 32 -s 4
fat fat32-4k 512 $((files * 20 / 3)) async -F 32 -s 8
cuts "$bin/../tests/t_msdos"

echo "workout: $passed passed, $failed failed"
[ -n "${KEEP:-}" ] || [ $failed -ne 0 ] || rm -rf "$work"
[ $failed -eq 0 ]
