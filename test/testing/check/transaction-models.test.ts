import { ok, open } from "../support/operations.ts";
import { cases } from "../support/model-cases.ts";

cases("txn-register", [
  [
    "a transaction sees its own writes, and all writes of others or none",
    "valid",
    [
      ok(
        "a",
        0,
        1,
        [
          "txn",
          [
            ["r", "x", null],
            ["w", "x", 1],
            ["r", "x", null],
          ],
        ],
        [
          ["r", "x", null],
          ["w", "x", 1],
          ["r", "x", 1],
        ],
      ),
      ok(
        "b",
        2,
        9,
        [
          "txn",
          [
            ["w", "x", 2],
            ["w", "y", 2],
          ],
        ],
        [
          ["w", "x", 2],
          ["w", "y", 2],
        ],
      ),
      ok(
        "c",
        2,
        9,
        [
          "txn",
          [
            ["r", "x", null],
            ["r", "y", null],
          ],
        ],
        [
          ["r", "x", 1],
          ["r", "y", null],
        ],
      ),
    ],
  ],
  [
    "half of a transaction",
    "violated",
    [
      ok(
        "b",
        2,
        9,
        [
          "txn",
          [
            ["w", "x", 2],
            ["w", "y", 2],
          ],
        ],
        [
          ["w", "x", 2],
          ["w", "y", 2],
        ],
      ),
      ok(
        "c",
        2,
        9,
        [
          "txn",
          [
            ["r", "x", null],
            ["r", "y", null],
          ],
        ],
        [
          ["r", "x", 2],
          ["r", "y", null],
        ],
      ),
    ],
  ],
  [
    "write skew",
    "violated",
    [
      ok(
        "a",
        0,
        9,
        [
          "txn",
          [
            ["r", "x", null],
            ["w", "y", 1],
          ],
        ],
        [
          ["r", "x", null],
          ["w", "y", 1],
        ],
      ),
      ok(
        "b",
        0,
        9,
        [
          "txn",
          [
            ["r", "y", null],
            ["w", "x", 1],
          ],
        ],
        [
          ["r", "y", null],
          ["w", "x", 1],
        ],
      ),
    ],
  ],
  [
    "one that never returned took effect",
    "valid",
    [
      open("a", 0, [
        "txn",
        [
          ["w", "x", 1],
          ["w", "y", 1],
        ],
      ]),
      ok("b", 1, 2, ["txn", [["r", "y", null]]], [["r", "y", 1]]),
    ],
  ],
]);

cases("txn-list-append", [
  [
    "reads of several lists",
    "valid",
    [
      ok(
        "a",
        0,
        1,
        [
          "txn",
          [
            ["append", "x", 1],
            ["append", "y", 2],
          ],
        ],
        [
          ["append", "x", 1],
          ["append", "y", 2],
        ],
      ),
      ok(
        "b",
        2,
        3,
        [
          "txn",
          [
            ["append", "x", 3],
            ["r", "x", null],
          ],
        ],
        [
          ["append", "x", 3],
          ["r", "x", [1, 3]],
        ],
      ),
      ok(
        "c",
        4,
        5,
        [
          "txn",
          [
            ["r", "y", null],
            ["r", "z", null],
          ],
        ],
        [
          ["r", "y", [2]],
          ["r", "z", null],
        ],
      ),
    ],
  ],
  [
    "a lost append",
    "violated",
    [
      ok("a", 0, 1, ["txn", [["append", "x", 1]]], [["append", "x", 1]]),
      ok("b", 2, 3, ["txn", [["r", "x", null]]], [["r", "x", null]]),
    ],
  ],
  [
    "a read that is stale while another list is fresh",
    "violated",
    [
      ok("a", 0, 9, ["txn", [["append", "x", 1]]], [["append", "x", 1]]),
      ok("a", 10, 11, ["txn", [["append", "y", 2]]], [["append", "y", 2]]),
      ok(
        "b",
        0,
        20,
        [
          "txn",
          [
            ["r", "y", null],
            ["r", "x", null],
          ],
        ],
        [
          ["r", "y", [2]],
          ["r", "x", []],
        ],
      ),
    ],
  ],
]);
