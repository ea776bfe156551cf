/** Least bytes of a value: it has room for its slot's number and its place in the slot's order. */
export const VALUE_BYTES_MIN = 16;

export type LoadOptions = {
  /** Puts kept in flight, one in each slot. */
  readonly outstanding: number;
  /** Puts proposed together in one call, 1 for each alone. */
  readonly batch: number;
  /** Bytes of a value. */
  readonly payload: number;
  readonly seconds: number;
  readonly warmup: number;
};
