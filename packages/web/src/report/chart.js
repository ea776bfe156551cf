// @ts-check
/** @import { Bar, Report } from "./data.js" */
/** @import { Block } from "./bars.js" */
/** @import { View } from "./view.js" */
import { blocksOf } from "./bars.js";
import { isTime, ticks, timeText } from "./times.js";

/** Height of a lane in pixels, the same as in the style sheet. */
export const LANE_HEIGHT = 28;

/** Draws only what is in view: the page has a few hundred elements, however long the history is. */
export class Chart {
  /** @type {Map<number, HTMLButtonElement>} */
  #buttons = new Map();

  /**
   * @param {Report} report
   * @param {View} view
   * @param {{ axis: HTMLElement, strips: HTMLElement, bands: HTMLElement, lanes: HTMLElement, labels: HTMLElement, scroller: HTMLElement }} parts
   */
  constructor(report, view, parts) {
    this.report = report;
    this.view = view;
    this.parts = parts;
    /** @type {number | undefined} */
    this.selected = undefined;
    /** @type {string | undefined} */
    this.object = undefined;
    const height = `${report.lanes.length * LANE_HEIGHT}px`;
    parts.lanes.style.height = height;
    parts.labels.style.height = height;
  }

  draw() {
    this.#drawAxis();
    this.#drawBands();
    const { scrollTop, clientHeight } = this.parts.scroller;
    const first = Math.max(0, Math.floor(scrollTop / LANE_HEIGHT) - 4);
    const last = Math.min(
      this.report.lanes.length,
      Math.ceil((scrollTop + clientHeight) / LANE_HEIGHT) + 4,
    );
    this.#drawLabels(first, last);
    /** @type {Set<number>} */
    const drawn = new Set();
    for (const lane of this.report.lanes.slice(first, last)) {
      for (const block of blocksOf(lane, this.view, (bar) => this.isShown(bar))) {
        this.#drawBlock(block);
        drawn.add(block.first.index);
      }
    }
    for (const [index, button] of this.#buttons) {
      if (drawn.has(index)) continue;
      button.remove();
      this.#buttons.delete(index);
    }
    // One operation is reachable with Tab; the arrow keys move on from it.
    const { selected = this.report.blocked } = this;
    const stop = this.#buttons.get(selected) ?? this.#buttons.values().next().value;
    if (stop !== undefined) stop.tabIndex = 0;
  }

  /** Focuses an operation that is in view. @param {number} index */
  focus(index) {
    this.#buttons.get(index)?.focus({ preventScroll: true });
  }

  /** Whether an operation belongs to the selected object. @param {Bar} bar */
  isShown(bar) {
    return this.object === undefined || bar.object === this.object;
  }

  /** @param {Block} block */
  #drawBlock({ first, count, left, right, hasUnplaced }) {
    let button = this.#buttons.get(first.index);
    if (button === undefined) {
      button = document.createElement("button");
      button.type = "button";
      button.dataset["index"] = String(first.index);
      this.#buttons.set(first.index, button);
      this.parts.lanes.append(button);
    }
    const from = Math.max(left, -2);
    const width = Math.max(2, Math.min(right, this.view.width + 2) - from);
    const isSelected = this.selected === first.index;
    button.className = classOf(first, count, hasUnplaced);
    button.tabIndex = -1;
    button.setAttribute("aria-pressed", String(isSelected));
    button.style.cssText = `left:${from}px;width:${width}px;top:${first.lane * LANE_HEIGHT + 3}px`;
    const label =
      count > 1 ? `${count} operations of ${first.process}` : `${first.process}: ${first.text}`;
    button.setAttribute("aria-label", label);
    button.textContent = count > 1 ? (width > 24 ? String(count) : "") : textOf(first, width);
  }

  /**
   * @param {number} first
   * @param {number} last
   */
  #drawLabels(first, last) {
    this.parts.labels.replaceChildren(
      ...this.report.lanes.slice(first, last).map(({ label }, at) => {
        const element = made("div", "label", label);
        element.title = label;
        element.style.top = `${(first + at) * LANE_HEIGHT}px`;
        return element;
      }),
    );
  }

  #drawAxis() {
    const { view, report } = this;
    const { step, times } = ticks(
      view.from,
      view.to,
      view.width / 110,
      isTime(report.unit) ? 0 : 1,
    );
    this.parts.axis.replaceChildren(
      ...times.map((time) => {
        const text = timeText(time, report.unit, step);
        // Its text would be cut off at the end of the axis.
        const isCut = view.x(time) + 4 + 7 * text.length > view.width;
        const tick = made("span", "tick", isCut ? "" : text);
        tick.style.left = `${view.x(time)}px`;
        return tick;
      }),
    );
  }

  #drawBands() {
    const { view, report, parts } = this;
    /** @type {HTMLElement[]} */
    const shades = [];
    /** @type {HTMLElement[]} */
    const names = [];
    for (const { type, text, from, to } of report.bands) {
      const left = Math.max(view.x(from), 0);
      const right = Math.min(view.x(to ?? report.to), view.width);
      if (right < 0 || left > view.width) continue;
      const place = `left:${left}px;width:${Math.max(right - left, 2)}px`;
      const shade = made("div", `band ${type}`, "");
      const name = made("div", `name ${type}`, text);
      name.title = text;
      shade.style.cssText = place;
      name.style.cssText = place;
      shades.push(shade);
      names.push(name);
    }
    parts.bands.replaceChildren(...shades);
    parts.strips.replaceChildren(...names);
  }
}

/**
 * @param {Bar} bar
 * @param {number} count
 * @param {boolean} hasUnplaced
 */
function classOf(bar, count, hasUnplaced) {
  const state = hasUnplaced ? "unplaced" : bar.number > 0 ? "placed" : "";
  return ["bar", state, count > 1 ? "several" : bar.status].join(" ");
}

/**
 * @param {Bar} bar
 * @param {number} width
 */
function textOf({ number, text, isUnplaced }, width) {
  const mark = isUnplaced ? "✕" : number > 0 ? String(number) : "";
  if (width > 56) return mark === "" ? text : `${mark} · ${text}`;
  return width > 8 + 7 * mark.length ? mark : "";
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} text
 */
export function made(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
