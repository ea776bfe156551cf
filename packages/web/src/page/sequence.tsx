import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RecordedEvent } from "@kontiki/cli/recording";
import type { Timeline } from "../model/index.ts";
import { arrowsIn, rowOf, type Arrow } from "./sequence-layout.ts";
import type { Store } from "./store.ts";
import { useSize } from "./use-size.ts";

const ROW = 20;
const LANE_MAX = 46;
const LANE_MIN = 20;
/** The share of the width that lanes may take before they are as narrow as possible. */
const LANES_SHARE = 0.3;
/** Rows that are drawn above and below those that are seen. */
const SPARE = 6;
/** Browsers do not make elements much higher than this, in pixels; longer lists scroll in larger steps. */
const HEIGHT_MAX = 8_000_000;

/** Events from top to bottom, with a lane for each node and an arrow for each letter. */
export function Sequence({ store }: { readonly store: Store }): JSX.Element {
  void store.version.value;
  const { timeline } = store;
  const rows = store.rows.value;
  const count = rows?.length ?? timeline.length;
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const { width, height } = useSize(scroller);
  const lane = laneWidth(width, timeline.nodes.length);
  const current = Math.floor(rowOf(rows, store.position.value.index));
  // Before the browser paints: a running cluster moves the list many rows ten times a second.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || height === 0) return;
    const y = current * ROW;
    const isSeen = y >= element.scrollTop + 2 * ROW && y <= element.scrollTop + height - 3 * ROW;
    if (isSeen) return;
    element.scrollTop = y - height / 2;
    setTop(element.scrollTop);
  }, [current, rows, height]);
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(count - 1, Math.ceil((top + height) / ROW) + SPARE);
  return (
    <section class="sequence" aria-label="Events" style={columnsOf(timeline)}>
      <Tools store={store} lane={lane} />
      <div
        class="rows"
        ref={scroller}
        tabIndex={0}
        aria-label="List of events"
        onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      >
        <div style={{ height: `${Math.min(HEIGHT_MAX, count * ROW)}px` }}>
          <Diagram store={store} first={first} last={last} current={current} lane={lane} />
        </div>
      </div>
    </section>
  );
}

type ToolsProps = { readonly store: Store; readonly lane: number };

/** What is above the list: the lanes, the columns, and which events there are. */
function Tools({ store, lane }: ToolsProps): JSX.Element {
  const { timeline, detail } = store;
  return (
    <div class="tools">
      <Lanes nodes={timeline.nodes} lane={lane} />
      <span class="columns">
        <span class="number">event</span>
        {store.opened.head.clock === "ms" && <span class="at">ms</span>}
      </span>
      <label>
        <input
          type="checkbox"
          checked={detail.value === "all"}
          onChange={() => (detail.value = detail.value === "all" ? "told" : "all")}
        />{" "}
        every event and letter
      </label>
    </div>
  );
}

function laneWidth(width: number, nodes: number): number {
  const share = Math.floor((width * LANES_SHARE) / Math.max(1, nodes));
  return Math.max(LANE_MIN, Math.min(LANE_MAX, share));
}

type LanesProps = { readonly nodes: readonly string[]; readonly lane: number };

function Lanes({ nodes, lane }: LanesProps): JSX.Element {
  return (
    <div class="lanes" style={{ width: `${nodes.length * lane}px` }}>
      {nodes.map((node) => (
        <b key={node} title={node} style={{ width: `${lane}px` }}>
          {node}
        </b>
      ))}
    </div>
  );
}

type DiagramProps = {
  readonly store: Store;
  readonly first: number;
  readonly last: number;
  readonly current: number;
  readonly lane: number;
};

function Diagram({ store, first, last, current, lane }: DiagramProps): JSX.Element {
  const { timeline } = store;
  const rows = store.rows.value;
  const { nodes } = timeline;
  const lanes = new Map(nodes.map((node, at) => [node, at * lane + lane / 2]));
  const width = nodes.length * lane;
  const shown = Array.from({ length: Math.max(0, last - first + 1) }, (_none, at) => first + at);
  const arrows = arrowsIn(timeline, rows, first, last);
  const middle = (row: number): number => (row - first) * ROW + ROW / 2;
  return (
    <div class="window" style={{ top: `${first * ROW}px` }}>
      <svg width={width} height={shown.length * ROW}>
        {[...lanes].map(([node, x]) => (
          <line key={node} class="lane" x1={x} x2={x} y1={0} y2={shown.length * ROW} />
        ))}
        {arrows.map((arrow) => (
          <ArrowOf key={arrow.posted.letter.id} arrow={arrow} lanes={lanes} middle={middle} />
        ))}
        {shown.map((row) => {
          const event = timeline.event(rows?.[row] ?? row);
          const x = lanes.get(event?.node ?? "");
          return event === undefined || x === undefined ? null : (
            <circle key={row} class={`dot ${event.type}`} cx={x} cy={middle(row)} r={3.5} />
          );
        })}
      </svg>
      <ol>
        {shown.map((row) => {
          const place = rows?.[row] ?? row;
          const event = timeline.event(place);
          return event === undefined ? null : (
            <Row
              key={place}
              event={event}
              number={place + 1}
              isNow={row === current}
              clock={store.opened.head.clock}
              onClick={() => store.goTo(place)}
            />
          );
        })}
      </ol>
    </div>
  );
}

/** As wide as the largest number and time, in characters. */
function columnsOf({ length, end }: Timeline): Record<string, string> {
  return { "--number": `${String(length).length}ch`, "--at": `${end.toFixed(1).length}ch` };
}

type RowProps = {
  readonly event: RecordedEvent;
  readonly number: number;
  readonly isNow: boolean;
  readonly clock: "ms" | "events";
  readonly onClick: () => void;
};

function Row({ event, number, isNow, clock, onClick }: RowProps): JSX.Element {
  return (
    <li
      class={`${event.type}${isNow ? " now" : ""}${event.quiet === true ? " quiet" : ""}`}
      aria-current={isNow ? "step" : undefined}
      title={`${event.node} ${event.text}`}
      onClick={onClick}
    >
      <span class="number">{number}</span>
      {clock === "ms" && <span class="at">{event.at.toFixed(1)}</span>}
      <b>{event.node}</b>
      <span class="text">{event.text}</span>
    </li>
  );
}

type ArrowProps = {
  readonly arrow: Arrow;
  readonly lanes: ReadonlyMap<string, number>;
  readonly middle: (row: number) => number;
};

function ArrowOf({ arrow, lanes, middle }: ArrowProps): JSX.Element | null {
  const { letter, fate } = arrow.posted;
  const [from, to] = [lanes.get(letter.from), lanes.get(letter.to)];
  if (from === undefined || to === undefined) return null;
  const isLost = fate?.type === "lost";
  const [y1, y2] = [middle(arrow.fromRow), middle(arrow.toRow)];
  const end = isLost ? from + (to - from) * 0.6 : to;
  const back = Math.sign(end - from) * 7;
  return (
    <g class={`arrow ${letter.kind}${isLost ? " lost" : ""}`}>
      <title>{letter.text}</title>
      <line x1={from} y1={y1} x2={end} y2={y2} />
      {isLost ? (
        <text x={end} y={y2 + 4}>
          ✕
        </text>
      ) : (
        <path d={`M${to} ${y2}l${-back} -3.5v7z`} />
      )}
    </g>
  );
}
