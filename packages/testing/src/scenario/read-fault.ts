import * as v from "valibot";
import type { Fault, FaultType } from "./fault.ts";
import { FAULT_TYPES, isFaultType, schemaOf } from "./faults/table.ts";
import { MOMENT_NAMES } from "./faults/moments.ts";
import { complaintsOf, type Complaint, type Path } from "./complaint.ts";
import { duration, fields, oneOf, unknownName } from "./written/values.ts";

/** The fields that every fault has. */
const TIMES = fields({
  at: duration(0),
  for: v.exactOptional(duration(1)),
  when: v.exactOptional(oneOf(...MOMENT_NAMES)),
});

/**
 * Reads a fault as people write it: `{ at: 2s, for: 1s, partition: { shape: isolate, node: leader } }`, or with a bare
 * value for the field that matters most, `{ at: 2s, crash: leader }`. Its kind is the one name other than `at`, `for` and `when`.
 *
 * @returns the fault, or its errors.
 */
export function readFault(value: unknown, path: Path): Fault | readonly Complaint[] {
  if (!isMapping(value)) {
    return [{ path, on: "value", text: "is not a fault: write it as { at: 1s, crash: leader }" }];
  }
  const { at, for: lasts, when, ...rest } = value;
  const [type, ...others] = Object.keys(rest);
  if (type === undefined)
    return [{ path, on: "value", text: `names no fault: the kinds are ${FAULT_TYPES.join(", ")}` }];
  const wrong = [type, ...others].find((name) => !isFaultType(name));
  if (wrong !== undefined)
    return [{ path: [...path, wrong], on: "key", text: unknownName(wrong, FAULT_TYPES) }];
  const [second] = others;
  if (second !== undefined)
    return [
      {
        path: [...path, second],
        on: "key",
        text: `is a second fault after ${type}: give each its own entry`,
      },
    ];
  const times = {
    ...("at" in value && { at }),
    ...("for" in value && { for: lasts }),
    ...("when" in value && { when }),
  };
  return joined(times, type as FaultType, rest[type], path);
}

function joined(
  times: object,
  type: FaultType,
  value: unknown,
  path: Path,
): Fault | readonly Complaint[] {
  const here = [...path, type];
  const timing = v.safeParse(TIMES, times);
  const what = v.safeParse(schemaOf(type), value);
  if (timing.success && what.success) return { ...what.output, ...timing.output } as Fault;
  return [...complaintsOf(timing.issues ?? [], path), ...complaintsOf(what.issues ?? [], here)];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
