#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
# Usage: valgrind.sh SUPPRESSIONS PROGRAM [ARGUMENT...]
# Runs a test in valgrind; one in Python as it is, for valgrind would look at Python.
set -eu
suppressions=$1
shift
case "$1" in
  */python*) exec "$@" ;;
esac
# Memcheck makes minutes of the seconds in which PoCL compiles a kernel: a tool that checks nothing,
# and shows the same processor, has them all compiled first. What fails then fails again.
if [ -n "${POCL_CACHE_DIR:-}" ]; then
  valgrind --quiet --tool=none "$@" >/dev/null 2>&1 || :
fi
exec valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
  --errors-for-leak-kinds=definite --suppressions=/usr/share/glib-2.0/valgrind/glib.supp \
  --suppressions="$suppressions" "$@"
