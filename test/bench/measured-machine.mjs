/**
 * The key-value machine, which also answers `{ type: "memory" }` with what its thread has in memory after a garbage
 * collection. Used by `memory.mjs`.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { KeyValue } from "../../packages/actors/dist/index.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

function memory() {
  collect();
  const { used_heap_size, total_physical_size } = getHeapStatistics();
  return {
    live: used_heap_size,
    resident: total_physical_size,
    external: process.memoryUsage().external,
  };
}

class MeasuredKeyValue extends KeyValue {
  query(query) {
    return query.type === "memory" ? memory() : super.query(query);
  }
}

export default () => new MeasuredKeyValue();
