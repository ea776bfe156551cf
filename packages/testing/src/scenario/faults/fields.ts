import * as v from "valibot";
import {
  duration,
  durations,
  fields,
  share as shareOfAll,
  text,
  type DurationRange,
} from "../written/values.ts";
import type { Written } from "./kind.ts";

/**
 * The fields that may be written under the name of a fault, for the entries of the table.
 *
 * @module
 */

/** How long a node stays down unless the scenario says otherwise, in ms: longer than an election takes. */
const DOWN_MS = 500;

/** How late copies and letters out of order arrive unless the scenario says otherwise. */
const LATE: DurationRange = "1ms..50ms";

/** The nodes that a fault is about; `any` when the scenario names none. */
export const node = v.optional(text, "any");

/** Nodes that only some faults of this kind name. */
export const someNode = v.exactOptional(text);

/** How long a node stays down. */
export const down = v.optional(duration(0), DOWN_MS);

/** How late letters are. */
export const late = v.optional(durations(0), LATE);

/** Which part of the letters. */
export const share = shareOfAll;

/** Fields with times have names of their own in a fault, which end with the unit. */
const IN_FAULT = { by: "ms", down: "downMs", every: "everyMs" } as const;

type InFault<Name> = Name extends keyof typeof IN_FAULT ? (typeof IN_FAULT)[Name] : Name;

type Output<Entries extends v.ObjectEntries> = v.InferOutput<
  v.StrictObjectSchema<Entries, undefined>
>;
type Input<Entries extends v.ObjectEntries> = v.InferInput<
  v.StrictObjectSchema<Entries, undefined>
>;

/** The fields of a fault. */
export type FieldsOf<Entries extends v.ObjectEntries> = {
  readonly [Name in keyof Output<Entries> as InFault<Name>]: Output<Entries>[Name];
};

/** What may be written: the fields, or a value for one of them. */
type Forms<Entries extends v.ObjectEntries, Bare> = {
  readonly fields: keyof Entries extends never
    ? Readonly<Record<string, never>>
    : { readonly [Name in keyof Input<Entries>]: Input<Entries>[Name] };
  readonly bare: Bare extends keyof Input<Entries> ? NonNullable<Input<Entries>[Bare]> : never;
};

/** A kind with these fields, or with one bare value for the field `bare`. */
export function written<
  const Bare extends (keyof Entries & string) | undefined,
  const Entries extends v.ObjectEntries,
  const Fixed extends object = object,
>(
  bare: Bare,
  entries: Entries,
  fixed?: Fixed,
): Written<Forms<Entries, Bare>["fields" | "bare"], FieldsOf<Entries> & Fixed> {
  const schema = fields(entries);
  return {
    bare,
    forms: [Object.keys(entries)],
    schema: (type) =>
      v.pipe(
        v.unknown(),
        v.rawTransform(({ dataset, addIssue, NEVER }) => {
          const given = expanded(dataset.value, bare);
          if (given !== undefined) return given;
          addIssue({ message: "takes no value: write only its name" });
          return NEVER;
        }),
        schema,
        v.transform((given) => inFault(type, given, fixed)),
      ) as unknown as v.GenericSchema<
        Forms<Entries, Bare>["fields" | "bare"],
        FieldsOf<Entries> & Fixed
      >,
  };
}

/** A kind that is written in one of two ways; `isOther` decides which. */
export function either<Input, Fields extends object, OtherInput, OtherFields extends object>(
  usual: Written<Input, Fields>,
  other: Written<OtherInput, OtherFields>,
  isOther: (value: unknown) => boolean,
): Written<Input | OtherInput, Fields | OtherFields> {
  return {
    bare: usual.bare,
    forms: [...usual.forms, ...other.forms],
    schema: (type) =>
      v.lazy(
        (value): v.GenericSchema<Input | OtherInput, Fields | OtherFields> =>
          (isOther(value) ? other.schema(type) : usual.schema(type)) as never,
      ),
  };
}

/** The fields of a fault as a mapping. `crash:` and `crash: true` say no more than its name. */
function expanded(value: unknown, bare: string | undefined): object | undefined {
  if (value === null || value === true) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value;
  return bare === undefined ? undefined : { [bare]: value };
}

/** The order of the fields is part of the digest in a token: renamed fields come after the type. */
function inFault(type: string, given: object, fixed: object | undefined): object {
  const same: Record<string, unknown> = {};
  const renamed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given) as readonly [string, unknown][]) {
    if (isRenamed(name)) renamed[IN_FAULT[name]] = value;
    else same[name] = value;
  }
  return { ...same, type, ...fixed, ...renamed };
}

function isRenamed(name: string): name is keyof typeof IN_FAULT {
  return name in IN_FAULT;
}
