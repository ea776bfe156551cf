import { Chance } from "@kontiki/testing";
import { LARGE_OBJECTS, type Json, type LargeName, type Request } from "./large-objects.ts";

/** The shape of a large history. */
export type Shape = {
  readonly model: LargeName;
  readonly operations: number;
  readonly clients: number;
  /** The number of objects. */
  readonly keys: number;
  /** How many different values there are. Without it, every value is new. */
  readonly values?: number;
  /** The share of reads of the whole set or list. Default: 2 %. */
  readonly reads?: number;
  /** How many operations never return. Half of them take effect, some much later. */
  readonly lost: number;
  /** Whether one answer near the end is one that no order explains. */
  readonly isSpoiled: boolean;
};

type Running = Request & {
  readonly process: number;
  readonly key: number;
  readonly call: number;
  answer: Json | undefined;
};

/** The lines of a large history in JSON lines: linearizable by construction, except for the answer that is spoiled. */
export function* largeHistory(shape: Shape, seed: number): Generator<string, void, void> {
  yield '{"type":"history","version":1,"unit":"step"}';
  const { model, operations, clients, keys, lost } = shape;
  const chance = new Chance(seed);
  let drawn = 0;
  const source = {
    chance,
    values: shape.values,
    reads: shape.reads ?? 0.02,
    fresh: (): number => drawn++,
  };
  const objects = Array.from({ length: keys }, () => LARGE_OBJECTS[model](source));
  const run = (one: Running): void => {
    one.answer = objects[one.key]?.run(one) ?? null;
  };
  const running: (Running | undefined)[] = Array.from({ length: clients }, () => undefined);
  const processes = running.map((_, process) => process);
  const adrift: Running[] = [];
  let [started, left, given, time, isSpoiled] = [0, lost, clients, 0, !shape.isSpoiled];
  while (started < operations || running.some((one) => one !== undefined)) {
    time += 1;
    if (chance.happens(0.02))
      for (const one of adrift.splice(chance.below(adrift.length + 1), 1)) run(one);
    const client = chance.below(clients);
    const one = running[client];
    if (one === undefined) {
      if (started === operations) continue;
      started += 1;
      const key = chance.below(keys);
      const request = objects[key]?.ask();
      if (request === undefined) continue;
      running[client] = {
        ...request,
        process: processes[client] ?? 0,
        key,
        call: time,
        answer: undefined,
      };
    } else if (left > 0 && chance.happens((1.2 * lost) / operations)) {
      left -= 1;
      if (one.answer === undefined && chance.happens(0.5)) adrift.push(one);
      yield line(one, keys, { status: "open" });
      running[client] = undefined;
      processes[client] = given++;
    } else if (one.answer === undefined) {
      run(one);
    } else {
      const isDue = !isSpoiled && started > 0.8 * operations;
      const wrong = isDue ? spoiled(one.f, one.answer) : undefined;
      if (wrong !== undefined) isSpoiled = true;
      yield line(one, keys, { return: time, status: "ok", output: wrong ?? one.answer });
      running[client] = undefined;
    }
  }
}

/** An answer that is wrong at any time; undefined for a request whose answer says little. */
function spoiled(f: string, answer: Json): Json | undefined {
  if (f === "contains") return answer === false;
  if (f === "dequeue") return -1;
  if (f !== "read") return undefined;
  return Array.isArray(answer) ? [...(answer as readonly Json[]), -1] : -1;
}

function line({ process, f, key, value, call }: Running, keys: number, end: object): string {
  const where = keys > 1 ? { key: `k${key}` } : {};
  return JSON.stringify({
    type: "operation",
    process: `c${process}`,
    f,
    ...where,
    value,
    call,
    ...end,
  });
}
