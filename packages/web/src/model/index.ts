/**
 * What a page knows, without the page: events, the moments after them, letters, marks.
 *
 * Data flows one way: a source appends events to a timeline, and views show moments of it.
 *
 * @module
 */
export { differencesBetween, flat, logText, type Difference } from "./difference.ts";
export { addressIn, fragmentOf, type Address } from "./fragment.ts";
export { Letters, type Fate, type Flying, type Posted } from "./letters.ts";
export {
  faultLabel,
  MARK_KINDS,
  Marks,
  type Mark,
  type MarkKind,
  type Reign,
  type Span,
} from "./marks.ts";
export {
  after,
  firstMoment,
  lastIndex,
  patched,
  type Log,
  type Moment,
  type NodeMoment,
  type NodeTimer,
} from "./moment.ts";
export { summaryOf, type NodeSummary, type RoleName } from "./node-state.ts";
export { played, positionOf, SPEEDS, toldNear, type Position } from "./playback.ts";
export { momentText, timeText, type Clock } from "./times.ts";
export { Timeline } from "./timeline.ts";
