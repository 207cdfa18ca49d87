#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# workout_v7fs.sh - images that our own newfs_v7fs made, stormed by many
# threads, and whole for the tests' checker and for fsck_v7fs; and such as were
# left in the middle of it, made whole by fsck_v7fs.
#
#   workout_v7fs.sh BINDIR [WORKDIR]
set -u
export RUMP_QUIET=1
export ASAN_OPTIONS=detect_leaks=0
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd)
work=${2:-$(mktemp -d)}
mkdir -p "$work"
failed=0
passed=0

# storm ORDER MODE SIZE
storm() {
	img=$work/$1-$2.img log=$work/$1-$2.log
	if node "$here/v7fs.mjs" make "$img" "$3" "$1" >"$log" 2>&1 &&
	    timeout 300 "$bin/workout_v7fs" "$img" storm 0 "$2" >>"$log" 2>&1 &&
	    "$bin/check_v7fs" "$img" >>"$log" 2>&1 &&
	    node "$here/v7fs.mjs" check "$img" >"$log.fsck" 2>&1 &&
	    [ "$(wc -l <"$log.fsck")" -eq 6 ]
	then
		passed=$((passed + 1))
		echo "ok v7fs-$1-$2"
	else
		echo "FAIL v7fs-$1-$2: $(tail -3 "$log" "$log.fsck")"
		failed=$((failed + 1))
	fi
}

# crash ORDER MODE SECONDS: killed, repaired, and nothing wrong afterwards
crash() {
	img=$work/crash-$1-$3.img log=$work/crash-$1-$3.log
	node "$here/v7fs.mjs" make "$img" 4194304 "$1" >"$log" 2>&1
	timeout -s KILL "$3" "$bin/workout_v7fs" "$img" storm 0 "$2" \
	    >>"$log" 2>&1
	if node "$here/v7fs.mjs" repair "$img" >>"$log" 2>&1 &&
	    "$bin/check_v7fs" "$img" >>"$log" 2>&1 &&
	    node "$here/v7fs.mjs" check "$img" >"$log.fsck" 2>&1 &&
	    [ "$(wc -l <"$log.fsck")" -eq 6 ]
	then
		passed=$((passed + 1))
		echo "ok v7fs-crash-$1-$3"
	else
		echo "FAIL v7fs-crash-$1-$3: $(tail -3 "$log" "$log.fsck")"
		failed=$((failed + 1))
	fi
}

storm le sync 16777216
storm be async 16777216
storm pdp sync 1048576			# full most of the time
crash le sync 0.4
crash be async 0.7
crash pdp sync 1
crash pdp async 1.5
echo "workout: $passed passed, $failed failed"
[ -n "${KEEP:-}" ] || [ $failed -ne 0 ] || rm -rf "$work"
[ $failed -eq 0 ]
