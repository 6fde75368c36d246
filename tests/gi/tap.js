// SPDX-License-Identifier: MIT
// Copyright 2026 The Trafo authors
// Prints TAP for the tests in JavaScript.
/* exported check, errorOf, finish */

let nCases = 0, nFailed = 0;

// One test case: both values are compared as JSON.
function check(name, found, expected) {
    const same = JSON.stringify(found) === JSON.stringify(expected);

    nCases++;
    if (!same) {
        nFailed++;
        printerr(`found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
    }
    print(`${same ? 'ok' : 'not ok'} ${nCases} ${name}`);
}

// What call() throws, or null.
function errorOf(call) {
    try {
        call();
    } catch (error) {
        return error;
    }
    return null;
}

function finish() {
    print(`1..${nCases}`);
    imports.system.exit(nFailed === 0 ? 0 : 1);
}
