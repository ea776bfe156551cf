import { timeText, type Clock, type Mark, type Span, type Timeline } from "../model/index.ts";

/** Heights of the parts, from top to bottom: marks, reigns, faults, times. */
const MARKS = 16;
const REIGNS = 16;
const FAULT = 12;
const FAULT_ROWS = 4;
const TIMES = 15;

/** The height of the axis, also in the style sheet: before the first drawing a canvas has another one. */
const AXIS_HEIGHT = MARKS + REIGNS + FAULT * FAULT_ROWS + TIMES;

type Shown = {
  readonly at: number;
  readonly pinned: number | undefined;
  readonly clock: Clock;
};

/** Draws the time axis. */
export function drawAxis(
  canvas: HTMLCanvasElement,
  width: number,
  timeline: Timeline,
  { at, pinned, clock }: Shown,
): void {
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = AXIS_HEIGHT * scale;
  const paint = canvas.getContext("2d");
  if (paint === null) return;
  paint.scale(scale, scale);
  paint.font = "11px system-ui, sans-serif";
  const colors = getComputedStyle(canvas);
  const color = (name: string): string => colors.getPropertyValue(name);
  const { begin } = timeline;
  const end = Math.max(timeline.end, begin + 1);
  const x = (time: number): number => axisX((time - begin) / (end - begin), width);
  const axis: Painted = { paint, color, width, begin, end, x };
  drawReigns(axis, timeline);
  drawFaults(axis, timeline.marks.faults);
  drawMarks(axis, timeline.marks.all);
  drawTimes(axis, clock);
  if (pinned !== undefined) drawCursor(axis, pinned, "--dim");
  drawCursor(axis, at, "--text");
}

/** Room at both ends, so that a mark at an end is seen. */
const EDGE = 8;

/** Where a part of the time is on an axis of this width. */
function axisX(part: number, width: number): number {
  return EDGE + part * (width - 2 * EDGE);
}

/** The time at a place of the axis. */
export function axisTime(x: number, { begin, end }: Timeline, width: number): number {
  const part = Math.max(0, Math.min(1, (x - EDGE) / (width - 2 * EDGE)));
  return begin + part * (end - begin);
}

type Painted = {
  readonly paint: CanvasRenderingContext2D;
  readonly color: (name: string) => string;
  readonly width: number;
  readonly begin: number;
  readonly end: number;
  readonly x: (time: number) => number;
};

function drawReigns({ paint, color, end, x }: Painted, { marks }: Timeline): void {
  for (const { name, from, to, term } of marks.reigns) {
    const [left, right] = [x(from), x(to ?? end)];
    paint.fillStyle = color(`--term-${(term - 1) % 8}`);
    paint.fillRect(left, MARKS, Math.max(1, right - left - 1), REIGNS - 2);
    paint.fillStyle = color("--on-term");
    paint.fillText(fitted(paint, `${name} term ${term}`, right - left - 8), left + 4, MARKS + 11);
  }
}

function drawFaults({ paint, color, end, x }: Painted, faults: readonly Span[]): void {
  /** Where each row is free again. */
  const free = Array.from({ length: FAULT_ROWS }, () => -Infinity);
  for (const { name, from, to } of faults) {
    const [left, right] = [x(from), Math.max(x(from) + 3, x(to ?? end))];
    // Where all rows are taken, the last one is shared, and the name is left to the list of events.
    const found = free.findIndex((until) => until <= left);
    const row = found < 0 ? FAULT_ROWS - 1 : found;
    free[row] = Math.max(right, free[row] ?? 0);
    const top = MARKS + REIGNS + row * FAULT;
    paint.fillStyle = color("--fault");
    paint.fillRect(left, top, right - left - 0.5, FAULT - 2);
    if (found < 0) continue;
    paint.fillStyle = color("--on-term");
    paint.font = "10px system-ui, sans-serif";
    paint.fillText(fitted(paint, name, right - left - 6), left + 3, top + 8.5);
  }
}

/** A text, cut off where it would be wider; "" where next to nothing of it has room. */
function fitted(paint: CanvasRenderingContext2D, text: string, width: number): string {
  if (paint.measureText(text).width <= width) return text;
  let length = Math.min(text.length, Math.max(0, Math.floor(width / 4)));
  while (length >= 3 && paint.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return length < 3 ? "" : `${text.slice(0, length)}…`;
}

const GLYPHS = { election: "★", crash: "✝", fault: "", violation: "◆" } as const;
const GLYPH_COLORS = {
  election: "--dim",
  crash: "--text",
  fault: "--fault",
  violation: "--bad",
} as const;

function drawMarks({ paint, color, x }: Painted, marks: readonly Mark[]): void {
  paint.textAlign = "center";
  // Violations last, so that nothing covers them.
  const inOrder = [...marks].sort((one, other) => order(one) - order(other));
  for (const { kind, at } of inOrder) {
    paint.fillStyle = color(GLYPH_COLORS[kind]);
    paint.font = kind === "violation" ? "bold 15px system-ui" : "11px system-ui";
    paint.fillText(GLYPHS[kind], x(at), 12);
  }
  paint.textAlign = "left";
}

function order({ kind }: Mark): number {
  return kind === "violation" ? 1 : 0;
}

/** A time is written beside its tick where there is room for it before the next one, and before the end of the axis. */
function drawTimes({ paint, color, width, begin, end, x }: Painted, clock: Clock): void {
  const top = MARKS + REIGNS + FAULT * FAULT_ROWS;
  paint.font = "10px system-ui";
  paint.fillStyle = color("--dim");
  const step = niceStep(((end - begin) / width) * 90);
  for (let time = Math.ceil(begin / step) * step; time < end; time += step) {
    paint.fillRect(x(time), top, 1, 4);
    const text = timeText(time, clock, step);
    if (x(time) + 3 + paint.measureText(text).width <= width)
      paint.fillText(text, x(time) + 3, top + 11);
  }
}

/** A round number at least this large. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? power * 10;
}

function drawCursor({ paint, color, x }: Painted, at: number, name: string): void {
  paint.fillStyle = color(name);
  paint.fillRect(x(at) - 0.75, 0, 1.5, AXIS_HEIGHT - TIMES + 4);
}
