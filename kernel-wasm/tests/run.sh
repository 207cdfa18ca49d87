#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run test programs, show what failed, and count.
passed=0 failed=0
for prog in "$@"; do
	out=$(RUMP_QUIET=1 timeout 120 "$prog" 2>&1)
	code=$?
	last=$(printf '%s\n' "$out" | tail -n 1)
	p=$(printf '%s\n' "$last" | sed -n 's/^\([0-9]*\) passed, .*/\1/p')
	f=$(printf '%s\n' "$last" | sed -n 's/.* passed, \([0-9]*\) failed$/\1/p')
	passed=$((passed + ${p:-0}))
	if [ "$code" -ne 0 ]; then
		failed=$((failed + ${f:-1}))
		printf '%s\n' "$out" | grep -v '^ok ' | head -n 60
		echo "again: $prog"
	fi
	echo "$(basename "$prog"): ${last}"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
