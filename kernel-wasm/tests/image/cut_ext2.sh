#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# cut_ext2.sh - what t_ext2_cut leaves after a power cut, made whole by e2fsck.
#
#   cut_ext2.sh TESTDIR WALKDIR
#
# What was synced before the cut, /kept, must be there unchanged: e2fsck may
# throw away what was not.
set -u
export RUMP_QUIET=1
export ASAN_OPTIONS=detect_leaks=0
work=$(mktemp -d)
failed=0
passed=0
command -v e2fsck >/dev/null || { echo "SKIP cuts of ext2: no e2fsck"; exit 0; }

fail() {
	echo "FAIL $(basename "$img"): $1"
	failed=$((failed + 1))
}

for t in ext2_powercut ext2_powercut_reordered; do
	H_CUT_DUMP=$work/$t H_CUT_STEP=10 "$1/t_ext2_cut" $t \
	    >"$work/log" 2>&1 || { tail -3 "$work/log"; failed=$((failed + 1)); }
done
want=
for img in "$work"/*.img; do
	e2fsck -fy "$img" >"$work/log" 2>&1
	[ $? -le 1 ] || { fail "$(tail -3 "$work/log")"; continue; }
	e2fsck -fn "$img" >"$work/log" 2>&1 ||
	    { fail "still: $(tail -3 "$work/log")"; continue; }
	got=$("$2/walk_ext2fs" "$img" 2>/dev/null | grep ' /mnt/kept ' |
	    sed 's/.* //')
	want=${want:-$got}
	[ -n "$got" ] && [ "$got" = "$want" ] || { fail "/kept is lost"; continue; }
	passed=$((passed + 1))
done
echo "cuts of ext2, e2fsck: $passed images"
echo "cut: $passed passed, $failed failed"
rm -rf "$work"
[ $failed -eq 0 ]
