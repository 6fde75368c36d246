#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors

# Says how near in meaning texts are to the first one, from -1 to 1: sh embed.sh DIR TEXT...
folder=$1
shift
trafo embed --model "$folder" -- "$@"
