// @ts-check

/**
 * An operation: client, call, return (null: never), status, text, number in the order of effects (0: none), whether it
 * cannot be placed, object.
 *
 * @typedef {[process: number, call: number, end: number | null, status: "ok" | "failed" | "open", text: string, number: number, isUnplaced: boolean, object: number]} Row
 */

/**
 * A fault or a leader. `to` is null if it lasts to the end.
 *
 * @typedef {{ type: "fault" | "leader", text: string, from: number, to: number | null }} Band
 */

/**
 * The data that `page-data.ts` puts into the page.
 *
 * @typedef {{ unit: string, processes: string[], objects: string[], operations: Row[], bands: Band[], blocked: number }} Data
 */

/**
 * An operation with its position: `lane` is its row, from the top.
 *
 * @typedef {{ index: number, lane: number, process: string, object: string, call: number, end: number, status: "ok" | "failed" | "open", text: string, number: number, isUnplaced: boolean }} Bar
 */

/** @typedef {{ label: string, bars: Bar[], longest: number }} Lane */

/** @typedef {{ lanes: Lane[], bars: Bar[], bands: Band[], unit: string, objects: string[], blocked: number, from: number, to: number }} Report */

/**
 * Assigns each operation to a lane: one lane per client, and more where the operations of a client overlap.
 *
 * @param {Data} data
 * @returns {Report}
 */
export function arrange(data) {
  const ends = data.operations.map(([, call, end]) => end ?? call);
  const marks = data.bands.flatMap(({ from, to }) => [from, to ?? from]);
  const calls = data.operations.map(([, call]) => call);
  const from = [...calls, ...marks].reduce((least, time) => Math.min(least, time), Infinity);
  const last = [...ends, ...marks].reduce((most, time) => Math.max(most, time), -Infinity);
  // Adds room for open operations, and avoids an empty span when everything happens at one time.
  const to = last + Math.max((last - from) * 0.02, 1);
  const bars = data.operations.map((row, index) => barOf(data, row, index, to));
  // By name, c2 before c10: a client is looked for by its name.
  const order = [...data.processes.entries()].sort(([, one], [, other]) =>
    one.localeCompare(other, "en", { numeric: true }),
  );
  const lanes = order.flatMap(([at, process]) =>
    lanesOf(
      process,
      bars.filter((_, index) => data.operations[index]?.[0] === at),
    ),
  );
  for (const [at, lane] of lanes.entries()) for (const bar of lane.bars) bar.lane = at;
  const { bands, unit, objects, blocked } = data;
  return { lanes, bars, bands, unit, objects, blocked, from, to };
}

/**
 * @param {Data} data
 * @param {Row} row
 * @param {number} index
 * @param {number} to
 * @returns {Bar}
 */
function barOf(data, row, index, to) {
  const [process, call, end, status, text, number, isUnplaced, object] = row;
  return {
    index,
    lane: 0,
    process: data.processes[process] ?? "",
    object: data.objects[object] ?? "",
    call,
    end: end ?? to,
    status,
    text,
    number,
    isUnplaced,
  };
}

/**
 * @param {string} process
 * @param {Bar[]} bars in the order of their calls
 * @returns {Lane[]}
 */
function lanesOf(process, bars) {
  /** @type {(Lane & { free: number })[]} */
  const lanes = [];
  for (const bar of bars) {
    let lane = lanes.find(({ free }) => free <= bar.call);
    if (lane === undefined) {
      lane = { label: lanes.length === 0 ? process : "", bars: [], longest: 0, free: -Infinity };
      lanes.push(lane);
    }
    // When a client continues after an open operation, the bar of the open one ends there.
    const last = lane.bars.at(-1);
    if (last?.status === "open") last.end = bar.call;
    lane.bars.push(bar);
    lane.free = bar.status === "open" ? bar.call : bar.end;
  }
  for (const lane of lanes) {
    lane.longest = lane.bars.reduce((most, { call, end }) => Math.max(most, end - call), 0);
  }
  return lanes;
}
