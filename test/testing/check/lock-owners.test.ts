import {
  checkLinearizable,
  interpretHistory,
  makeHistory,
  models,
  parseHistory,
  type History,
  type Operation,
} from "@kontiki/testing";
import { expect, test } from "vitest";
import { ok } from "../support/operations.ts";

const { lock } = models;

function verdictOf(history: History): string {
  return checkLinearizable(interpretHistory(history, lock), lock).verdict;
}

test.each<[string, Operation, Operation]>([
  ["process 1 and the value 1", ok("1", 0, 1, ["acquire"]), ok("b", 2, 3, ["release", 1])],
  [
    'process "x" with its quotes and the value x',
    ok('"x"', 0, 1, ["acquire"]),
    ok("b", 2, 3, ["release", "x"]),
  ],
  ["a process without a name and none", ok("", 0, 1, ["acquire"]), ok("b", 2, 3, ["acquire"])],
])("%s are two owners", (_title, first, second) => {
  expect(verdictOf(makeHistory([first, second]))).toBe("violated");
});

test("a process is the owner that has its name", () => {
  const release = ok("c1", 0, 1, ["release"]);
  expect(verdictOf(makeHistory([release], { reading: { initial: "c1" } }))).toBe("valid");
  const acquire = ok("c1", 0, 1, ["acquire"]);
  expect(verdictOf(makeHistory([acquire, ok("b", 2, 3, ["release", "c1"])]))).toBe("valid");
  expect(verdictOf(makeHistory([release], { reading: { initial: "" } }))).toBe("violated");
});

test.each([
  ["1", "1", "valid"],
  ["1", '"1"', "violated"],
  ['"x"', '"x"', "valid"],
  [":x", ":x", "valid"],
  [":x", '"x"', "violated"],
])("process %s of a Jepsen history and the value %s: %s", (process, value, verdict) => {
  const text = `{:process ${process}, :type :invoke, :f :acquire, :value nil}
{:process ${process}, :type :ok, :f :acquire, :value nil}
{:process 7, :type :invoke, :f :release, :value ${value}}
{:process 7, :type :ok, :f :release, :value ${value}}`;
  expect(verdictOf(parseHistory(text, "edn"))).toBe(verdict);
});
