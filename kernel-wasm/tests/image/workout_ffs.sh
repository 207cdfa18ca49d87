#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# workout_ffs.sh - images that makefs and our own newfs made, of every version,
# byte order and size, changed by us and checked bit by bit.
#
#   workout_ffs.sh BINDIR [WORKDIR]
#
# FILES: how many (1000), ONLY: a pattern of image names, KEEP: leave them.
set -u
export RUMP_QUIET=1
export ASAN_OPTIONS=detect_leaks=0
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
work=${2:-$(mktemp -d)}
mkdir -p "$work/tree/dir"
echo text >"$work/tree/dir/file"
ln -sf dir/file "$work/tree/link"
files=${FILES:-1000}
failed=0
passed=0

fail() {
	echo "FAIL $name: $1"
	failed=$((failed + 1))
}

check() {
	"$bin/check_ffs" "$work/$name.img" >"$work/$name.check" 2>&1 ||
	    { fail "$1: $(head -4 "$work/$name.check")"; return 1; }
}

# workout MODE: the image is there
workout() {
	for part in work storm finish; do
		"$bin/workout_ffs" "$work/$name.img" $part "$files" "$1" \
		    >"$work/$name.log" 2>&1 ||
		    { fail "$part: $(tail -3 "$work/$name.log")"; return; }
		check $part || return
	done
	passed=$((passed + 1))
	echo "ok $name"
	[ -n "${KEEP:-}" ] || rm -f "$work/$name.img"
}

# image VERSION ORDER BSIZE FSIZE MODE
image() {
	name=ffs$1-$2-$3-$4-$5
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	rm -f "$work/$name.img"
	makefs -t ffs -s 48m -f $((files * 2 + 1000)) -B "$2" -o \
	    "version=$1,bsize=$3,fsize=$4" "$work/$name.img" "$work/tree" \
	    >"$work/$name.log" 2>&1 ||
	    { echo "SKIP $name: $(tail -1 "$work/$name.log")"; return; }
	workout "$5"
}

# newfs FORMAT ORDER BSIZE FSIZE MODE
newfs() {
	name=newfs$1-$2-$3-$4-$5
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	node "$here/newfs.mjs" "$work/$name.img" 50331648 "$1" "$2" "$3" "$4" \
	    $((files * 2 + 1000)) >"$work/$name.log" 2>&1 ||
	    { fail "newfs: $(tail -1 "$work/$name.log")"; return; }
	check newfs && workout "$5"
}

newfs 0 be 8192 1024 sync
newfs 1 le 4096 512 sync
newfs 1 be 16384 2048 log
newfs 2 le 16384 2048 log
newfs 2 be 4096 4096 async
newfs 2 le 65536 8192 async
newfs 2ea le 8192 1024 sync

if command -v makefs >/dev/null; then
	for version in 1 2; do
		image $version le 8192 1024 sync
		image $version be 16384 2048 sync
		image $version le 4096 512 async
		image $version be 8192 8192 async
		image $version le 32768 4096 log
		image $version be 4096 1024 log
		image $version le 65536 8192 log
	done
else
	echo "SKIP images of makefs: no makefs"
fi
echo "workout: $passed passed, $failed failed"
[ -n "${KEEP:-}" ] || [ $failed -ne 0 ] || rm -rf "$work"
[ $failed -eq 0 ]
