/** What the times of a recording are: ms, or places in an order where no times were recorded. */
export type Clock = "ms" | "events";

/** A time for people, with its unit; `step` is the distance of the times beside it, which says how exact it has to be. */
export function timeText(at: number, clock: Clock, step: number): string {
  if (clock === "events") return `event ${Math.round(at)}`;
  if (step < 1000) return `${grouped(at, step < 1 ? 1 : 0)} ms`;
  return `${grouped(at / 1000, 0)} s`;
}

/** A moment in ms, to the hundredth. */
export function momentText(at: number): string {
  return `${grouped(at, 2)} ms`;
}

function grouped(value: number, digits: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
