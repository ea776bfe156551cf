// @ts-check
/** @import { Report } from "./data.js" */
/** @import { View } from "./view.js" */

/**
 * Draws the whole history in a few pixels: the number of running operations over time, the violation, and the visible
 * range. A click or a drag moves the visible range.
 *
 * @param {Report} report
 * @param {View} view
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} frame
 */
export function makeOverview(report, view, canvas, frame) {
  /** @param {PointerEvent} event */
  const move = (event) => {
    const { left, width } = canvas.getBoundingClientRect();
    const time = view.start + ((event.clientX - left) / width) * (view.end - view.start);
    const half = (view.to - view.from) / 2;
    view.show(time - half, time + half);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    move(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons === 1) move(event);
  });
  return {
    /** Draws everything again, after the width or the colours have changed. */
    paint() {
      paint(report, view, canvas);
    },
    /** Moves the frame to the visible range. */
    follow() {
      const whole = view.end - view.start;
      frame.style.left = `${((view.from - view.start) / whole) * 100}%`;
      frame.style.width = `${((view.to - view.from) / whole) * 100}%`;
    },
  };
}

/**
 * @param {Report} report
 * @param {View} view
 * @param {HTMLCanvasElement} canvas
 */
function paint(report, view, canvas) {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = globalThis.devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  // Reads colours from properties with a computed colour. The computed value of a CSS variable is only its text.
  const style = getComputedStyle(canvas);
  const running = new Float64Array(width + 1);
  const x = (/** @type {number} */ time) =>
    Math.round(((time - view.start) / (view.end - view.start)) * (width - 1));
  for (const { call, end, status } of report.bars) {
    // Counts an open operation only at its call: it would raise everything after it.
    running[x(call)] = (running[x(call)] ?? 0) + 1;
    const stop = status === "open" ? x(call) + 1 : x(end) + 1;
    running[stop] = (running[stop] ?? 0) - 1;
  }
  let [level, most] = [0, 1];
  const levels = running.map((change) => {
    level += change;
    most = Math.max(most, level);
    return level;
  });
  context.fillStyle = style.color;
  for (const [at, of] of levels.entries()) {
    const size = (of / most) * (height - 6);
    context.fillRect(at, height - size, 1, size);
  }
  context.fillStyle = style.outlineColor;
  for (const { call, end, isUnplaced } of report.bars) {
    if (isUnplaced) context.fillRect(x(call), 0, Math.max(2, x(end) - x(call)), height);
  }
}
