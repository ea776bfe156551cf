import { expect, test } from "vitest";
import { agrees, type Varying } from "./support/varying.ts";

const TABLE = ["   node  role      term", "*  n1    leader       2", "   n2    follower     2"];
const OTHER = ["   node  role      term", "   n1    follower     5", "*  n2    leader       5"];
const RUN = [
  "valid: 2 runs simulated, seeds 1 to 2, 2 jobs, 4.6 s",
  "scenario  runs  valid  violated  unknown  events  virtual  events/s  speedup",
  "figure_8     2      2         0        0  16,570   10.0 s     2,143        1",
];
const FASTER = [
  "valid: 2 runs simulated, seeds 1 to 2, 4 jobs, 812 ms",
  "scenario  runs  valid  violated  unknown  events  virtual  events/s  speedup",
  "figure_8     2      2         0        0  16,570   10.0 s    22,143       31",
];

test.each<[string, readonly string[], readonly string[], readonly Varying[], boolean]>([
  ["equal lines", ["a"], ["a"], [], true],
  ["other lines", ["a"], ["b"], ["nodes", "terms", "order", "ms", "sessions", "speed"], false],
  ["a line more", ["a"], ["a", "b"], ["order"], false],
  ["any lines", ["a", "...", "c"], ["a", "b", "b", "c"], [], true],
  ["any lines, none", ["a", "...", "c"], ["a", "c"], [], true],
  ["another leader", TABLE, OTHER, ["nodes", "terms"], true],
  ["another leader in the same term", TABLE, OTHER, ["nodes"], false],
  ["two leaders", TABLE, ["", ...OTHER.slice(1)], ["nodes", "terms"], false],
  [
    "a node that is typed",
    ["kontiki> stop n1", "n1"],
    ["kontiki> stop n1", "n2"],
    ["nodes"],
    false,
  ],
  [
    "later terms",
    ["n1 leads term 1", "n2 leads term 2"],
    ["n1 leads term 2", "n2 leads term 4"],
    ["terms"],
    true,
  ],
  [
    "the same term again",
    ["n1 leads term 1", "n2 leads term 2"],
    ["n1 leads term 2", "n2 leads term 2"],
    ["terms"],
    false,
  ],
  [
    "events the other way round",
    ["n1 started, x", "n2 leads y"],
    ["n2 leads y", "n1 started, x"],
    ["order"],
    true,
  ],
  ["an answer among events", ["n1 started, x", "ok"], ["ok", "n1 started, x"], ["order"], false],
  ["another time", ["restarts in 9 ms"], ["restarts in 12 ms"], ["ms"], true],
  [
    "another session",
    ["2 1 725425605094:0 session"],
    ["2 1 12542560594:0 session"],
    ["sessions"],
    true,
  ],
  [
    "another sequence number",
    ["2 1 725425605094:0 x"],
    ["2 1 12542560594:1 x"],
    ["sessions"],
    false,
  ],
  ["a faster machine", RUN, FASTER, ["speed"], true],
  ["more events", RUN, FASTER.map((line) => line.replace("16,570", "16,571")), ["speed"], false],
  ["another seed", RUN, FASTER.map((line) => line.replace("seeds 1", "seeds 0")), ["speed"], false],
])("%s", (_title, shown, lines, varies, isEqual) => {
  expect(agrees(shown, lines, varies)).toBe(isEqual);
});
