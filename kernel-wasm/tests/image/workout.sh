#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# workout.sh - ext2 images of every feature set, changed by us, checked and read
# by others.
#
#   workout.sh BINDIR [WORKDIR]
#
# FILES: how many (2000, and five times as many on one image), ONLY: a pattern of image names, KEEP: leave them.
# BINDIR holds workout_ext2fs and walk_ext2fs.  After the work-out e2fsck must
# find nothing, debugfs and, where this machine may, Linux must read the same
# files that we do.
set -u
export RUMP_QUIET=1
export ASAN_OPTIONS=detect_leaks=0
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
work=${2:-$(mktemp -d)}
mkdir -p "$work"
files=${FILES:-2000}
failed=0
passed=0

fail() {
	echo "FAIL $name: $1"
	failed=$((failed + 1))
}

# same TREE: its files are those the last walk saw
same() {
	python3 "$here/image_tree.py" list "$1" posix >"$work/$name.want"
	rm -f "$1.posix.list"
	cmp -s "$work/$name.want" "$work/$name.got"
}

check() {
	img=$1
	e2fsck -fn "$img" >"$work/$name.fsck" 2>&1 ||
	    { fail "e2fsck: $(grep -v '^Pass\|^e2fsck' "$work/$name.fsck" | head -3)"; return 1; }
}

readback() {
	img=$1
	rm -rf "$work/dump" "$work/dump.err"
	mkdir "$work/dump"
	"$bin/walk_ext2fs" "$img" >"$work/$name.raw" 2>"$work/$name.err" ||
	    { fail "walk: $(tail -1 "$work/$name.err")"; return 1; }
	# "fifo" is neither file, link nor directory: not in the list.
	grep -v '^p' "$work/$name.raw" |
	    python3 "$here/image_tree.py" filter posix >"$work/$name.got"
	debugfs -R "rdump /work $work/dump" "$img" >"$work/dump.err" 2>&1
	rm -f "$work/dump/work/links/fifo"
	same "$work/dump" || { fail "debugfs reads other files"; return 1; }
	if [ -n "${loop:-}" ]; then
		mount -o loop,ro "$img" "$work/mnt" ||
		    { fail "Linux does not mount it"; return 1; }
		rm -rf "$work/dump"
		mkdir "$work/dump"
		cp -a "$work/mnt/work" "$work/dump/"
		umount "$work/mnt"
		rm -f "$work/dump/work/links/fifo"
		same "$work/dump" || { fail "Linux reads other files"; return 1; }
	fi
}

# rumpus SCRIPT: with the image as /dev/rrd0
rumpus() {
	node "$root/cli/rumpus.mjs" --threads 0 --disk "rd0=$img" -c "$1"
}

# newfs NAME OPTIONS: as ext2, on what newfs_ext2fs(8) makes
newfs() {
	name=$1 img=$work/$1.img
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	[ -n "$rumpus" ] || return
	rm -f "$img"
	truncate -s "$size" "$img"
	rumpus "newfs_ext2fs -V 0 -n $((files * 2 + 1000)) $2 /dev/rrd0" \
	    >"$work/$name.log" 2>&1 ||
	    { fail "newfs_ext2fs: $(tail -1 "$work/$name.log")"; return; }
	check "$img" || return
	change "newfs_ext2fs $2"
}

# ext2 NAME TYPE BLOCK INODE FEATURES [async]
ext2() {
	name=$1 img=$work/$1.img
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	rm -f "$img"
	mke2fs -q -F -t "$2" -b "$3" -I "$4" -N $((files * 2 + 1000)) -O "$5" \
	    "$img" "$size" >"$work/$name.log" 2>&1 ||
	    { echo "SKIP $name: $(tail -1 "$work/$name.log")"; return; }
	change "-t $2 -b $3 -I $4 -O $5 ${6:-}" ${6:-}
}

# change WHAT [async]: work on the image, and let others look
change() {
	for part in work storm finish; do
		timeout 300 "$bin/workout_ext2fs" "$img" $part "$files" ${2:-} \
		    >"$work/$name.log" 2>&1 ||
		    { fail "$part: $(tail -3 "$work/$name.log")"; return; }
		check "$img" || return
	done
	if [ -n "$rumpus" ]; then
		rumpus "fsck_ext2fs -fn /dev/rrd0" >"$work/$name.fsck" 2>&1 ||
		    { fail "fsck_ext2fs: $(grep -v '^\*\*' "$work/$name.fsck" | head -3)"; return; }
	fi
	readback "$img" || return
	passed=$((passed + 1))
	printf 'ok %-18s %s\n' "$name" \
	    "e2fsck, debugfs${rumpus:+, fsck_ext2fs}${loop:+, Linux}: $1"
	[ -n "${KEEP:-}" ] || rm -f "$img"
}

inode() {
	debugfs -R "stat $1" "$img" 2>/dev/null | sed -n 's/^Inode: \([0-9]*\).*/\1/p'
}

# Orphans of another system, attributes in a block, extents without data.
corners() {
	name=corners img=$work/corners.img
	case $name in ${ONLY:-*}) ;; *) return ;; esac
	rm -f "$img"
	mke2fs -q -F -t ext4 -b 1024 -I 128 -O $plain,^has_journal,dir_nlink \
	    "$img" 16m >"$work/$name.log" 2>&1
	head -c 300000 /dev/urandom >"$work/data"
	head -c 800 /dev/zero | tr '\0' v >"$work/value"
	debugfs -w -f - "$img" >"$work/$name.log" 2>&1 <<-EOF
		write $work/data gone
		write $work/data kept
		write $work/data ea
		symlink ealink target
		ea_set -f $work/value ea user.big
		ea_set -f $work/value ealink user.big
		write /dev/null uninit
		fallocate uninit 0 99
		sif uninit size 102400
		mkdir links
		sif links links_count 64999
	EOF
	gone=$(inode gone) kept=$(inode kept)
	debugfs -w -f - "$img" >>"$work/$name.log" 2>&1 <<-EOF
		unlink gone
		sif <$gone> links_count 0
		sif <$gone> dtime $kept
		sif <$kept> size 1000
		ssv last_orphan $gone
	EOF
	timeout 300 "$bin/workout_ext2fs" "$img" corners >"$work/$name.log" 2>&1 ||
	    { fail "$(tail -3 "$work/$name.log")"; return; }
	# The count of links was made up: 1, "too many", is what is left of it.
	[ "$(debugfs -R 'stat links' "$img" 2>/dev/null |
	    sed -n 's/^Links: \([0-9]*\).*/\1/p')" = 1 ] ||
	    { fail "links of a directory at the limit"; return; }
	debugfs -w -R 'sif links links_count 5' "$img" 2>/dev/null
	check "$img" || return
	passed=$((passed + 1))
	echo "ok $name"
}

command -v mke2fs >/dev/null || { echo "SKIP workout: no mke2fs"; exit 0; }
mkdir -p "$work/mnt"
truncate -s 1m "$work/probe.img"
mke2fs -q -F "$work/probe.img" 2>/dev/null
if mount -o loop,ro "$work/probe.img" "$work/mnt" 2>/dev/null; then
	umount "$work/mnt"
	loop=yes
else
	echo "SKIP loop mounts by Linux: not on this machine"
fi

root=$here/../../..
rumpus=
if node "$root/cli/rumpus.mjs" -c true >/dev/null 2>&1; then
	rumpus=yes
else
	echo "SKIP newfs_ext2fs and fsck_ext2fs: the command line is not built"
fi

size=48m
plain=^64bit,^metadata_csum,^metadata_csum_seed,^orphan_file
for block in 1024 2048 4096; do
	ext2 "ext2-$block" ext2 $block 128 none,filetype,sparse_super
	ext2 "ext2-large-$block" ext2 $block 256 ^dir_index async
	ext2 "ext3-$block" ext3 $block 256 dir_index
	ext2 "ext4-$block" ext4 $block 256 $plain
	ext2 "ext4-csum-$block" ext4 $block 128 \
	    $plain,uninit_bg,^flex_bg,huge_file,^has_journal async
done
newfs newfs ""
newfs newfs-4096-256 "-b 4096 -D 256"
size=192m files=$((files * 5))
ext2 ext4-ten-thousand ext4 4096 256 $plain,uninit_bg
size=48m files=$((files / 5))
ext2 ext2-nofiletype ext2 1024 128 ^filetype
corners
ext2 ext4-noextents ext4 4096 256 $plain,^extents

echo "workout: $passed passed, $failed failed"
[ -n "${KEEP:-}" ] || [ $failed -ne 0 ] || rm -rf "$work"
[ $failed -eq 0 ]
