#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# workout_ffs.sh - images that makefs and our own newfs made, of every version,
# byte order and size, changed by us and checked bit by bit.
#
#   workout_ffs.sh BINDIR [WORKDIR]
#
# BINDIR holds workout_ffs, check_ffs and walk_ffs.
# FILES: how many (1000, and ten times as many on one image), ONLY: a pattern of image names, KEEP: leave them.
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
size=50331648
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

# The Sleuth Kit must read every file as we do; it passes over empty ones.  It
# knows UFS2 only where newfs puts the superblock, not where makefs does.
readback() {
	strangers=
	command -v tsk_recover >/dev/null || return 0
	if ! fsstat "$work/$name.img" >/dev/null 2>&1; then
		case $name in ffs2-*|newfs2ea-*|newfs0-*) return 0 ;; esac
		fail "fsstat does not know it"
		return 1
	fi
	rm -rf "$work/dump" "$work/dump.names.list"
	tsk_recover -a "$work/$name.img" "$work/dump" >"$work/$name.tsk" 2>&1
	python3 "$here/image_tree.py" list "$work/dump" names >"$work/$name.got"
	"$bin/walk_ffs" "$work/$name.img" 2>/dev/null | grep '^-' |
	    python3 "$here/image_tree.py" filter names | grep -v '^- 0 ' \
	    >"$work/$name.want"
	[ -s "$work/$name.want" ] || { fail "the walk sees no file"; return 1; }
	[ -z "$(LC_ALL=C comm -23 "$work/$name.want" "$work/$name.got")" ] ||
	    { fail "The Sleuth Kit reads other files"; return 1; }
	strangers=", The Sleuth Kit ($(wc -l <"$work/$name.want") files)"
}

# workout MODE: the image is there
workout() {
	for part in work storm finish; do
		timeout 300 "$bin/workout_ffs" "$work/$name.img" $part "$files" "$1" \
		    >"$work/$name.log" 2>&1 ||
		    { fail "$part: $(tail -3 "$work/$name.log")"; return; }
		check $part || return
	done
	readback || return
	passed=$((passed + 1))
	echo "ok $name: check_ffs$strangers"
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
	node "$here/newfs.mjs" "$work/$name.img" "$size" "$1" "$2" "$3" "$4" \
	    $((files * 2 + 1000)) >"$work/$name.log" 2>&1 ||
	    { fail "newfs: $(tail -1 "$work/$name.log")"; return; }
	check newfs && workout "$5"
}

newfs 0 be 8192 1024 sync
newfs 1 le 4096 512 sync
newfs 1 be 16384 2048 log
size=134217728 files=$((files * 10))
newfs 2 le 16384 2048 log
size=50331648 files=$((files / 10))
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
