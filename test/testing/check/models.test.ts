import { ok, open } from "../support/operations.ts";
import { cases } from "../support/model-cases.ts";

cases("register", [
  ["a read before any write finds nothing", "valid", [ok("a", 0, 1, ["read"], null)]],
  [
    "a read of the written value",
    "valid",
    [ok("a", 0, 1, ["write", 3]), ok("b", 2, 3, ["read"], 3)],
  ],
  [
    "a read of a value that was never written",
    "violated",
    [ok("a", 0, 1, ["write", 3]), ok("b", 2, 3, ["read"], 4)],
  ],
  [
    "a stale read",
    "violated",
    [ok("a", 0, 1, ["write", 3]), ok("a", 2, 3, ["write", 4]), ok("b", 4, 5, ["read"], 3)],
  ],
  [
    "two readers of concurrent writes that disagree on their order",
    "violated",
    [
      ok("a", 0, 9, ["write", 1]),
      ok("b", 0, 9, ["write", 2]),
      ok("c", 1, 2, ["read"], 1),
      ok("c", 3, 4, ["read"], 2),
      ok("d", 5, 6, ["read"], 1),
    ],
  ],
  [
    "a cas that matched",
    "valid",
    [ok("a", 0, 1, ["write", 1]), ok("a", 2, 3, ["cas", [1, 2]], true)],
  ],
  [
    "a cas that should have matched",
    "violated",
    [ok("a", 0, 1, ["write", 1]), ok("a", 2, 3, ["cas", [1, 2]], false)],
  ],
  [
    "a cas that cannot have matched",
    "violated",
    [ok("a", 0, 1, ["write", 3]), ok("a", 2, 3, ["cas", [1, 2]], true)],
  ],
  [
    "records are equal by content",
    "valid",
    [ok("a", 0, 1, ["write", { x: 1, y: [2] }]), ok("a", 2, 3, ["read"], { y: [2], x: 1 })],
  ],
  ['1 is not "1"', "violated", [ok("a", 0, 1, ["write", 1]), ok("a", 2, 3, ["read"], "1")]],
  [
    "separate registers by key",
    "valid",
    [ok("a", 0, 1, ["write", 1, "x"]), ok("a", 2, 3, ["read", null, "y"], null)],
  ],
]);

cases("key-value", [
  ["get of nothing", "valid", [ok("a", 0, 1, ["get", null, "x"], null)]],
  ["get of nothing as the empty text", "violated", [ok("a", 0, 1, ["get", null, "x"], "")]],
  [
    "get of an empty text as nothing",
    "violated",
    [ok("a", 0, 1, ["put", "", "x"]), ok("a", 2, 3, ["get", null, "x"], null)],
  ],
  [
    "separate keys",
    "violated",
    [ok("a", 0, 1, ["put", "v", "x"]), ok("a", 2, 3, ["get", null, "y"], "v")],
  ],
  [
    "append to nothing, then more",
    "valid",
    [
      ok("a", 0, 1, ["append", "a", "x"], 1),
      ok("a", 2, 3, ["append", "é", "x"], 3),
      ok("a", 4, 5, ["get", null, "x"], "aé"),
    ],
  ],
  ["append with the wrong length", "violated", [ok("a", 0, 1, ["append", "é", "x"], 1)]],
  [
    "appends in a wrong order",
    "violated",
    [
      ok("a", 0, 1, ["append", "a", "x"]),
      ok("a", 2, 3, ["append", "b", "x"]),
      ok("a", 4, 5, ["get", null, "x"], "ba"),
    ],
  ],
  [
    "delete of a present value",
    "valid",
    [
      ok("a", 0, 1, ["put", "v", "x"]),
      ok("a", 2, 3, ["delete", null, "x"], true),
      ok("a", 4, 5, ["get", null, "x"], null),
    ],
  ],
  ["delete of an absent value", "violated", [ok("a", 0, 1, ["delete", null, "x"], true)]],
  [
    "cas from nothing",
    "valid",
    [
      ok("a", 0, 1, ["compareAndSet", [null, "v"], "x"], true),
      ok("a", 2, 3, ["read", null, "x"], "v"),
    ],
  ],
  ["cas with a wrong answer", "violated", [ok("a", 0, 1, ["cas", ["w", "v"], "x"], true)]],
]);

cases("list-append", [
  ["the empty list", "valid", [ok("a", 0, 1, ["read"], [])]],
  ["the empty list as nothing", "valid", [ok("a", 0, 1, ["read"], null)]],
  [
    "a lost append, read as nothing",
    "violated",
    [ok("a", 0, 1, ["append", 1]), ok("c", 2, 3, ["read"], null)],
  ],
  [
    "concurrent appends in the order that a read shows",
    "valid",
    [ok("a", 0, 9, ["append", 1]), ok("b", 0, 9, ["append", 2]), ok("c", 10, 11, ["read"], [2, 1])],
  ],
  [
    "reads that do not extend each other",
    "violated",
    [
      ok("a", 0, 9, ["append", 1]),
      ok("b", 0, 9, ["append", 2]),
      ok("c", 0, 9, ["read"], [2]),
      ok("c", 10, 11, ["read"], [1, 2]),
    ],
  ],
  ["a lost append", "violated", [ok("a", 0, 1, ["append", 1]), ok("c", 2, 3, ["read"], [])]],
  [
    "a list in a list is one value",
    "violated",
    [ok("a", 0, 1, ["append", [1, 2]]), ok("c", 2, 3, ["read"], [1, 2])],
  ],
]);

cases("queue", [
  [
    "first in, first out",
    "valid",
    [
      ok("a", 0, 1, ["enqueue", 1]),
      ok("a", 2, 3, ["enqueue", 2]),
      ok("b", 4, 5, ["dequeue"], 1),
      ok("b", 6, 7, ["dequeue"], 2),
    ],
  ],
  [
    "out of order",
    "violated",
    [ok("a", 0, 1, ["enqueue", 1]), ok("a", 2, 3, ["enqueue", 2]), ok("b", 4, 5, ["dequeue"], 2)],
  ],
  [
    "taken twice",
    "violated",
    [ok("a", 0, 1, ["enqueue", 1]), ok("b", 2, 9, ["dequeue"], 1), ok("c", 2, 9, ["dequeue"], 1)],
  ],
  ["empty", "valid", [ok("a", 0, 1, ["dequeue"], null)]],
  [
    "empty while it holds a value",
    "violated",
    [ok("a", 0, 1, ["enqueue", 1]), ok("a", 2, 3, ["dequeue"], null)],
  ],
  [
    "an open dequeue explains a missing value",
    "valid",
    [
      ok("a", 0, 1, ["enqueue", 1]),
      ok("a", 2, 3, ["enqueue", 2]),
      open("b", 4, ["dequeue"]),
      ok("c", 5, 6, ["dequeue"], 2),
    ],
  ],
]);

cases("lock", [
  [
    "one after another",
    "valid",
    [ok("a", 0, 1, ["acquire"]), ok("a", 2, 3, ["release"]), ok("b", 4, 5, ["acquire"])],
  ],
  ["two holders", "violated", [ok("a", 0, 1, ["acquire"]), ok("b", 2, 3, ["acquire"])]],
  [
    "the second is refused",
    "valid",
    [ok("a", 0, 1, ["acquire"]), ok("b", 2, 3, ["acquire"], false)],
  ],
  ["refused though it is free", "violated", [ok("a", 0, 1, ["acquire"], false)]],
  ["released by another", "violated", [ok("a", 0, 1, ["acquire"]), ok("b", 2, 3, ["release"])]],
  [
    "owners given as values, from one process",
    "valid",
    [
      ok("a", 0, 1, ["acquire", "x"]),
      ok("a", 2, 3, ["acquire", "y"], false),
      ok("b", 4, 5, ["release", "x"]),
    ],
  ],
  [
    "taken twice by its holder",
    "violated",
    [ok("a", 0, 1, ["acquire"]), ok("a", 2, 3, ["acquire"])],
  ],
]);

cases("set", [
  ["the empty set as nothing", "valid", [ok("a", 0, 1, ["read"], null)]],
  [
    "a value that is there, read as nothing",
    "violated",
    [ok("a", 0, 1, ["add", 1]), ok("a", 2, 3, ["read"], null)],
  ],
  [
    "read in any order",
    "valid",
    [ok("a", 0, 1, ["add", 10]), ok("a", 2, 3, ["add", 9]), ok("a", 4, 5, ["read"], [9, 10])],
  ],
  ["a lost element", "violated", [ok("a", 0, 1, ["add", 1]), ok("a", 2, 3, ["read"], [])]],
  [
    "an element that was removed",
    "violated",
    [ok("a", 0, 1, ["add", 1]), ok("a", 2, 3, ["remove", 1]), ok("a", 4, 5, ["contains", 1], true)],
  ],
  [
    "add that changed nothing",
    "violated",
    [ok("a", 0, 1, ["add", 1]), ok("a", 2, 3, ["add", 1], true)],
  ],
  [
    "add that repeats its value",
    "valid",
    [ok("a", 0, 1, ["add", 1], 1), ok("a", 2, 3, ["add", 1], 1)],
  ],
  ["an element twice", "violated", [ok("a", 0, 1, ["add", 1]), ok("a", 2, 3, ["read"], [1, 1])]],
]);
