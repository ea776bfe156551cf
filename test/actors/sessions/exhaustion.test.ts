/**
 * A thread that has no stack or no memory left for a command says nothing of the command: another node, or the same one later,
 * may have enough. So it must not become a result, which is stored and has to be the same on every node.
 */
import { describe, expect, test } from "vitest";
import { encodePlain } from "../../../packages/actors/src/bytes/plain-encoder.ts";
import { KontikiError } from "../../../packages/actors/src/errors.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import { applyPayload, outcomeOf } from "../../../packages/actors/src/sessions/result.ts";

function applying(apply: StateMachine["apply"]): StateMachine {
  return { apply, snapshot: () => null, restore: () => {} };
}

function endless(): unknown {
  return [endless()];
}

const ONE = encodePlain(1, "command").slice();

describe("what a thread has no space for is no result", () => {
  test.each([
    ["the stack", endless, "Maximum call stack size exceeded"],
    ["the memory", () => new ArrayBuffer(2 ** 52).byteLength, "Array buffer allocation failed"],
    [
      "the memory, by Node's own function",
      () => {
        throw Object.assign(new Error("Failed to allocate memory"), {
          code: "ERR_MEMORY_ALLOCATION_FAILED",
        });
      },
      "Failed to allocate memory",
    ],
  ])("%s, in apply: it throws", (_what, apply, cause) => {
    expect(() => applyPayload(applying(apply), ONE)).toThrow(
      new KontikiError(`a command needs more stack or memory than this thread has: ${cause}`),
    );
  });

  test.each([
    ["a length that no array has", () => new Uint8Array(-1), "Invalid typed array length: -1"],
    ["a text that no node can hold", () => "x".repeat(2 ** 30), "Invalid string length"],
    [
      "a range of the machine's own",
      () => {
        throw new RangeError("7 is above 5");
      },
      "7 is above 5",
    ],
  ])("but %s is the same on every node: it is a result", (_what, apply, message) => {
    expect(outcomeOf(applyPayload(applying(apply), ONE))).toEqual({ type: "error", message });
  });
});

/** Calls `run` from the end of the stack upwards, until it has succeeded ten times. What it threw is left out. */
function towardsTheTop<Result>(run: () => Result): Result[] {
  const results: Result[] = [];
  const descend = (): void => {
    try {
      descend();
    } finally {
      if (results.length < 10) {
        try {
          results.push(run());
        } catch {
          // Not enough stack yet.
        }
      }
    }
  };
  expect(descend).toThrow("Maximum call stack size exceeded");
  return results;
}

describe("a command is applied, or is not, however little of the stack is left", () => {
  const nested = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], "core");
  const payload = encodePlain(nested, "command").slice();

  test("while it is decoded, and while its result is encoded", () => {
    const outcomes = towardsTheTop(() =>
      outcomeOf(
        applyPayload(
          applying((given) => given),
          payload,
        ),
      ),
    );
    expect(outcomes).toEqual(outcomes.map(() => ({ type: "ok", value: nested })));
    expect(outcomes).toHaveLength(10);
  });
});
