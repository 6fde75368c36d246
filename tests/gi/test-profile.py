#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""A profile from Python, and its trace as other programs read it."""
import json
import os
import pathlib
import tempfile
import unittest

import gi

import tap

gi.require_version("Trafo", "1.0")
from gi.repository import GLib, Trafo  # noqa: E402

FOLDER = str(pathlib.Path(os.environ["G_TEST_SRCDIR"]) / "data" / "models" / "tiny-bert")
ROUNDING_US = 0.002  # of times to the nearest double


def profiled(n_runs, **properties):
    """A profile of loading the model and running it."""
    profile = Trafo.Profile(**properties)
    profile.start()
    model = Trafo.AutoModel.from_pretrained(FOLDER)
    for _ in range(n_runs):
        model(input_ids=[[5, 6, 7, 8, 9, 10, 11, 12]])
    profile.stop()
    return profile


def trace_of(profile):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace.json")
        profile.save_trace(path)
        return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


class Profile(unittest.TestCase):
    def assert_nested(self, spans):
        """Each span of a thread lies in the one that it begins in, or after it."""
        open_ends = []
        for begin, end, name in sorted(spans, key=lambda span: (span[0], -span[1])):
            while open_ends and open_ends[-1] <= begin + ROUNDING_US:
                open_ends.pop()
            if open_ends:
                self.assertLessEqual(end, open_ends[-1] + ROUNDING_US, name)
            open_ends.append(end)

    def test_trace(self):
        n_runs = 3
        profile = profiled(n_runs)
        sums = json.loads(profile.to_value().to_json())
        trace = trace_of(profile)
        events = trace["traceEvents"]
        spans = [event for event in events if event["ph"] == "X"]
        self.assertEqual(trace["otherData"], {"dropped_events": 0})
        self.assertEqual({event["ph"] for event in events}, {"M", "X"})
        threads = {event["tid"] for event in events if event["name"] == "thread_name"}
        for tid in threads:
            track = [
                (event["ts"], event["ts"] + event["dur"], event["name"])
                for event in spans
                if event["tid"] == tid
            ]
            self.assertTrue(track)
            self.assertGreaterEqual(min(track)[0], 0)
            self.assertLessEqual(max(end for _, end, _ in track), sums["elapsed_s"] * 1e6)
            self.assert_nested(track)
        self.assertEqual({event["tid"] for event in spans}, threads)
        phases = [event["name"] for event in spans if event["cat"] == "phase"]
        self.assertEqual(
            {name: phases.count(name) for name in phases},
            {"load": 1, "compile": 1, "pack": 1, "run": n_runs, "plan": 1, "bind": n_runs, "ops": n_runs},
        )
        ops = [event for event in spans if event["cat"] == "op"]
        names = {f"{row['op']} {row['path']}".strip() for row in sums["ops"]}
        self.assertEqual({event["name"] for event in ops}, names)
        calls = sum(row["calls"] for row in sums["ops"])
        self.assertEqual(sum(event["tid"] == 0 for event in ops), calls)
        runs = [(event["ts"], event["ts"] + event["dur"]) for event in spans if event["name"] == "ops"]
        for event in ops:
            inside = (
                begin <= event["ts"] + ROUNDING_US
                and event["ts"] + event["dur"] <= end + ROUNDING_US
                for begin, end in runs
            )
            self.assertTrue(any(inside), event)
            self.assertLessEqual({"kernel", "shapes", "dtype"}, set(event["args"]))

    def test_limit(self):
        profile = profiled(2, max_events=10)
        trace = trace_of(profile)
        self.assertEqual(sum(event["ph"] == "X" for event in trace["traceEvents"]), 10)
        self.assertGreater(trace["otherData"]["dropped_events"], 10)
        self.assertGreater(len(json.loads(profile.to_value().to_json())["ops"]), 10)

    def test_nothing(self):
        self.assertEqual(len(trace_of(Trafo.Profile())["traceEvents"]), 1)

    def test_nowhere(self):
        with self.assertRaises(GLib.Error) as raised:
            Trafo.Profile().save_trace("/nowhere/trace.json")
        self.assertIn("/nowhere", raised.exception.message)


if __name__ == "__main__":
    tap.main()
