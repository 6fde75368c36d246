#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
# Usage: run-fuzz.sh TARGET CORPUS DICTIONARY
# Runs a fuzz target for FUZZ_SECONDS (60). Inputs that reach new code go to $FUZZ_CORPUS, or to a
# folder beside the target, where the next run finds them; one that fails is left there, too.
set -eu
new="${FUZZ_CORPUS:-$1.corpus}"
mkdir -p "$new"
exec "$1" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$1." -dict="$3" "$new" "$2"
