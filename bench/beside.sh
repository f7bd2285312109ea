#!/bin/sh
# Runs the benchmarks of this tree in turns with those of a commit, and prints both:
#
#	BENCHMARKS=REGEXP PACKAGES=PATTERN COUNT=N beside.sh [COMMIT]
#
# In turns, as machines are not the same from one minute to the next. Without a
# commit, or one to compare with, it prints this tree's alone.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
base=$dir/tree
name=$(printf %s "${1-}" | tr / -)
trap 'rm -rf "$dir"; git -C "$OLDPWD" worktree prune' EXIT

run() { go -C "$1" test -run '^$' -bench "${BENCHMARKS:-.}" -benchmem -p 1 "${PACKAGES:-work}" >>"$2" || { tail -n 20 "$2" >&2; exit 1; }; }

[ -z "${1-}" ] || git worktree add -q --detach "$base" "$1"
n=0
while [ "$n" -lt "${COUNT:-6}" ]; do
	n=$((n + 1))
	[ -z "${1-}" ] || run "$base" "$dir/$name"
	run . "$dir/now"
	echo "round $n of ${COUNT:-6}" >&2
done
cd "$dir" # benchstat names its columns after the files
go run "golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da" ${name:+"$name"} now
