import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { lastIndex, summaryOf, type NodeMoment } from "../model/index.ts";
import { termColor } from "./colors.ts";
import type { Store } from "./store.ts";
import { useSize } from "./use-size.ts";

/** Width of a cell, and how many more are drawn on each side than are seen. */
const CELL = 26;
const SPARE = 4;

/** The logs of all nodes, side by side: the same index is at the same place in each. */
export function Logs({ store }: { readonly store: Store }): JSX.Element {
  void store.version.value;
  const moment = store.moment.value;
  const scroller = useRef<HTMLDivElement>(null);
  const [left, setLeft] = useState(0);
  const { width } = useSize(scroller);
  const rows = store.timeline.nodes.flatMap((name) => {
    const node = moment.nodes[name];
    return node === undefined ? [] : [{ name, node }];
  });
  const last = Math.max(
    0,
    ...rows.map(({ node }) => Math.max(lastIndex(node.log), summaryOf(node).horizon)),
  );
  useEffect(() => {
    const element = scroller.current;
    if (element !== null) element.scrollLeft = Math.max(0, (last + 2) * CELL - width);
  }, [last, width]);
  const from = Math.max(1, Math.floor(left / CELL) - SPARE);
  const to = Math.min(last, Math.ceil((left + width) / CELL) + SPARE);
  return (
    <section class="logs" aria-label="Logs">
      <div class="names">
        <div class="head">index</div>
        {rows.map(({ name, node }) => (
          <NameOf key={name} store={store} name={name} node={node} />
        ))}
      </div>
      <div
        class="cells"
        ref={scroller}
        tabIndex={0}
        aria-label="Entries"
        onScroll={({ currentTarget }) => setLeft(currentTarget.scrollLeft)}
      >
        <div style={{ width: `${(last + 2) * CELL}px` }}>
          <Indexes from={from} to={to} />
          {rows.map(({ name, node }) => (
            <LogOf key={name} node={node} from={from} to={to} />
          ))}
        </div>
      </div>
      <Legend />
    </section>
  );
}

function Indexes({ from, to }: { readonly from: number; readonly to: number }): JSX.Element {
  return (
    <div class="head">
      {range(from, to).map((index) => (
        <span key={index} style={{ left: `${(index - 1) * CELL}px` }}>
          {index % 5 === 0 || index === 1 ? index : "·"}
        </span>
      ))}
    </div>
  );
}

const GLYPHS = { down: "✝", paused: "‖", silent: "?" } as const;

type NameProps = { readonly store: Store; readonly name: string; readonly node: NodeMoment };

function NameOf({ store, name, node }: NameProps): JSX.Element {
  const { role, term, commit } = summaryOf(node);
  const glyph = node.life === "up" ? (role === "leader" ? "★" : "") : GLYPHS[node.life];
  return (
    <button
      type="button"
      class={store.node.value === name ? "name chosen" : "name"}
      onClick={() => (store.chosen.value = name)}
      onPointerEnter={() => (store.pointed.value = name)}
      onPointerLeave={() => (store.pointed.value = undefined)}
    >
      <b>{name}</b> {glyph}
      <small>
        t{term} c{commit}
      </small>
    </button>
  );
}

type LogProps = { readonly node: NodeMoment; readonly from: number; readonly to: number };

function LogOf({ node, from, to }: LogProps): JSX.Element {
  const { log, applied } = node;
  const { commit, durable, snapshot, horizon } = summaryOf(node);
  const last = lastIndex(log);
  return (
    <div class={`log ${node.life}`}>
      {log.baseIndex > 0 && <Before baseIndex={log.baseIndex} snapshot={snapshot} />}
      {range(Math.max(from, log.baseIndex + 1), Math.min(to, last)).map((index) => {
        const cell = log.cells[index - log.baseIndex - 1];
        if (cell === undefined) return null;
        const [term, kind, text] = cell;
        const marks = [
          index <= commit ? "committed" : "",
          durable !== undefined && index > durable ? "unsynced" : "",
          applied !== undefined && index <= applied ? "applied" : "",
        ].filter((mark) => mark !== "");
        const title = `${index}, term ${term}: ${text}\n${marks.join(", ") || "not committed"}`;
        return (
          <span
            key={index}
            class={`cell ${kind} ${marks.join(" ")}${index === snapshot ? " boundary" : ""}`}
            title={title}
            style={{ left: `${(index - 1) * CELL}px`, "--color": termColor(term) }}
          >
            {term}
          </span>
        );
      })}
      {range(Math.max(from, last + 1), Math.min(to, horizon)).map((index) => (
        <span
          key={index}
          class="cell missing"
          title={`${index}: promised, and lost by the disk`}
          style={{ left: `${(index - 1) * CELL}px` }}
        >
          ?
        </span>
      ))}
    </div>
  );
}

/** The entries before the cells: a snapshot has them, or they are in the log, and of a long log only the end is shown. */
function Before(props: { readonly baseIndex: number; readonly snapshot: number }): JSX.Element {
  const { baseIndex, snapshot } = props;
  const isInSnapshot = baseIndex <= snapshot;
  return (
    <span
      class="snapshot"
      title={`${isInSnapshot ? "in the snapshot" : "in the log, and not shown"}: entries up to ${baseIndex}`}
      style={{ left: "0", width: `${baseIndex * CELL - 2}px` }}
    >
      <i>
        {isInSnapshot ? "snapshot" : "not shown:"} to {baseIndex}
      </i>
    </span>
  );
}

function Legend(): JSX.Element {
  return (
    <p class="legend">
      <span class="cell sample">1</span> term
      <span class="cell sample unsynced">1</span> not on disk yet
      <span class="cell sample committed">1</span> committed
      <span class="cell sample committed applied">1</span> applied
      <span class="cell sample n">1</span> no-op
      <span class="cell sample m">1</span> members
    </p>
  );
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_none, at) => from + at);
}
