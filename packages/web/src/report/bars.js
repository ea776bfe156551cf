// @ts-check
/** @import { Bar, Lane } from "./data.js" */
/** @import { View } from "./view.js" */

/** A bar narrower than this, in pixels, is merged with its neighbours. */
const NARROW = 3;

/**
 * A block in a lane: one operation, or several that are too narrow to be drawn separately.
 *
 * @typedef {{ first: Bar, count: number, left: number, right: number, hasUnplaced: boolean }} Block
 */

/**
 * The visible blocks of a lane. Their number is bounded by the width, however many operations there are.
 *
 * @param {Lane} lane
 * @param {View} view
 * @param {(bar: Bar) => boolean} isShown
 * @returns {Block[]}
 */
export function blocksOf(lane, view, isShown) {
  /** @type {Block[]} */
  const blocks = [];
  for (let at = firstInView(lane, view); at < lane.bars.length; at += 1) {
    const bar = lane.bars[at];
    if (bar === undefined || bar.call > view.to) break;
    if (bar.end < view.from || !isShown(bar)) continue;
    const [left, right] = [view.x(bar.call), view.x(bar.end)];
    const last = blocks.at(-1);
    const isNarrow = right - left < NARROW;
    // The reader looks for operations that cannot be placed: they stay separate while there is room.
    if (last !== undefined && isNarrow && left - last.left < 2 * NARROW && isMerging(last, bar)) {
      last.count += 1;
      last.right = Math.max(last.right, right);
      last.hasUnplaced ||= bar.isUnplaced;
    } else {
      blocks.push({ first: bar, count: 1, left, right, hasUnplaced: bar.isUnplaced });
    }
  }
  return blocks;
}

/**
 * @param {Block} block
 * @param {Bar} bar
 */
function isMerging(block, bar) {
  return block.right - block.left < 2 * NARROW && block.hasUnplaced === bar.isUnplaced;
}

/**
 * The position of the first bar that may be visible: earlier ones are too early even with the longest duration in the lane.
 *
 * @param {Lane} lane
 * @param {View} view
 */
function firstInView(lane, view) {
  let [low, high] = [0, lane.bars.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lane.bars[middle]?.call ?? 0) < view.from - lane.longest) low = middle + 1;
    else high = middle;
  }
  return low;
}
