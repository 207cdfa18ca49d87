#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# images.sh - images made by others, read by us, compared file by file.
#
#   images.sh BINDIR [WORKDIR]
#
# BINDIR holds walk_cd9660, walk_ffs and walk_ext2fs.  Needs makefs, genisoimage,
# xorriso, mke2fs and python3; an image whose maker is missing is skipped, and
# said so.
set -u
export RUMP_QUIET=1
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
work=${2:-$(mktemp -d)}
mkdir -p "$work"
failed=0
passed=0

tree=$work/tree
python3 "$here/image_tree.py" make "$tree" || exit 1

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
	python3 "$here/image_tree.py" list "$tree" "$mode" \
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

# ext2 NAME TYPE BLOCK INODE FEATURES: mke2fs copies the tree itself
ext2() {
	name=$1 type=$2 block=$3 inode=$4 features=$5
	command -v mke2fs >/dev/null || { echo "SKIP $name: no mke2fs"; return; }
	rm -f "$work/$name.ext2"
	if ! mke2fs -q -F -t "$type" -b "$block" -I "$inode" -O "$features" \
	    -d "$work/tree" "$work/$name.ext2" 24m >"$work/$name.log" 2>&1
	then
		echo "SKIP $name: mke2fs refuses: $(tail -1 "$work/$name.log")"
		return
	fi
	# mke2fs -d leaves directories without an index; e2fsck -D makes one.
	[ "${6:-}" != index ] || e2fsck -fyD "$work/$name.ext2" \
	    >>"$work/$name.log" 2>&1
	compare "$name" walk_ext2fs "$work/$name.ext2" posix
}

# What every ext4 image has to do without, see ext2fs_unsupported().
plain=^64bit,^metadata_csum,^metadata_csum_seed,^orphan_file
for block in 1024 2048 4096; do
	for inode in 128 256; do
		ext2 "ext2-$block-$inode" ext2 $block $inode none,filetype
		ext2 "ext2-sparse-$block-$inode" ext2 $block $inode \
		    sparse_super,large_file,filetype,resize_inode,dir_index \
		    index
		ext2 "ext3-$block-$inode" ext3 $block $inode dir_index index
		ext2 "ext4-$block-$inode" ext4 $block $inode $plain index
	done
	ext2 "ext4-csum-$block" ext4 $block 256 \
	    $plain,uninit_bg,^flex_bg,huge_file,dir_nlink,extra_isize
	ext2 "ext4-flex-$block" ext4 $block 256 \
	    $plain,^uninit_bg,flex_bg,^has_journal
	ext2 "ext2-nofiletype-$block" ext2 $block 128 ^filetype,dir_index index
done
ext2 ext4-ro-csum ext4 1024 256 ^64bit,metadata_csum,^orphan_file

# A tree that FAT can hold, and mtools writes.
python3 - "$work/fattree" <<'PYTHON'
import os, sys
top = sys.argv[1]
for d in ("", "dir", "dir/deep", "Langer Name mit Umlaut \u00e4", "many"):
    os.makedirs(os.path.join(top, d), exist_ok=True)
def put(name, size):
    data = bytes((i * 31 + size) & 255 for i in range(size))
    open(os.path.join(top, name), "wb").write(data)
put("dir/empty file.txt", 0)
put("dir/deep/A long file name that needs several slots.document", 70001)
put("dir/deep/caf\u00e9 \u4e2d\u6587", 5)
put("short.txt", 513)
for i in range(300):
    put("many/file number %d" % i, i)
PYTHON
# fat NAME KIB ARGS: mkfs.fat makes it, mcopy fills it
fat() {
	name=$1 size=$2
	shift 2
	command -v mkfs.fat >/dev/null && command -v mcopy >/dev/null ||
	    { echo "SKIP $name: no mkfs.fat or mcopy"; return; }
	rm -f "$work/$name.fat"
	if ! mkfs.fat "$@" -C "$work/$name.fat" "$size" >"$work/$name.log" \
	    2>&1 || ! LC_ALL=C.UTF-8 mcopy -s -i "$work/$name.fat" \
	    "$work"/fattree/* :: >>"$work/$name.log" 2>&1; then
		echo "FAIL $name: image not made, see $work/$name.log"
		failed=$((failed + 1))
		return
	fi
	tree=$work/fattree
	compare "$name" walk_msdos "$work/$name.fat" names
	tree=$work/tree
}
fat fat12-512 4096 -F 12 -s 8
fat fat12-floppy 1440 -F 12
fat fat16-1 16384 -F 16 -s 1
fat fat16-64 131072 -F 16 -s 32
fat fat16-4k 65536 -F 16 -S 4096
fat fat32-1 65536 -F 32 -s 1
fat fat32-8 524288 -F 32 -s 8

echo "images: $passed passed, $failed failed"
[ -n "${KEEP:-}" ] || [ $failed -ne 0 ] || rm -rf "$work"
[ $failed -eq 0 ]
