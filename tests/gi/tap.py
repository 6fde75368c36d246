# SPDX-License-Identifier: MIT
# Copyright 2026 The Trafo authors
"""Runs the unittest cases of the calling module and prints TAP."""
import sys
import traceback
import unittest


class _Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.n_cases = 0
        self.has_failed_subtest = False

    def _line(self, word, test, comment=""):
        self.n_cases += 1
        print(f"{word} {self.n_cases} {test.id().partition('.')[2]}{comment}", flush=True)

    def _failure(self, test, error):
        traceback.print_exception(*error)
        self._line("not ok", test)

    def addSuccess(self, test):
        self._line("ok", test)

    def addSkip(self, test, reason):
        self._line("ok", test, f" # SKIP {reason}")

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            print(subtest, file=sys.stderr)
            traceback.print_exception(*error)
            self.has_failed_subtest = True

    def startTest(self, test):
        super().startTest(test)
        self.has_failed_subtest = False

    def stopTest(self, test):
        super().stopTest(test)
        if self.has_failed_subtest:
            self._line("not ok", test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._failure(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self._failure(test, error)


def main():
    result = _Result()
    unittest.defaultTestLoader.loadTestsFromName("__main__").run(result)
    print(f"1..{result.n_cases}")
    sys.exit(0 if result.wasSuccessful() and result.n_cases else 1)
