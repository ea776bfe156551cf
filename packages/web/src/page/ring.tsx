import type { JSX } from "preact";
import type { FaultMark } from "@kontiki/cli/recording";
import { faultLabel, summaryOf, type NodeMoment } from "../model/index.ts";
import { termColor } from "./colors.ts";
import { Dot, SlowDot } from "./letters.tsx";
import { placesOf, type Place } from "./places.ts";
import type { Store } from "./store.ts";
import { RADIUS, Timer } from "./timer.tsx";

/** The nodes on a ring, with their roles and timers, the links that are cut, and letters on their way. */
export function Ring({ store }: { readonly store: Store }): JSX.Element {
  void store.version.value;
  const { timeline } = store;
  const { index, at } = store.position.value;
  const moment = store.moment.value;
  const nodes = timeline.nodes.filter((node) => moment.nodes[node] !== undefined);
  const places = placesOf(nodes);
  return (
    <section class="ring" aria-label="Nodes">
      <svg viewBox="30 10 420 390" role="group">
        <Links nodes={nodes} cuts={moment.cuts} places={places} />
        {nodes.map((node) => {
          const place = places.get(node);
          const now = moment.nodes[node];
          return place === undefined || now === undefined ? null : (
            <Node key={node} store={store} name={node} node={now} place={place} at={at} />
          );
        })}
        <Mail store={store} places={places} index={index} at={at} />
      </svg>
      <Faults faults={Object.values(moment.faults)} />
    </section>
  );
}

/** How long letters of a running cluster are shown after their end, in ms: longer than they fly on the page. */
const SLOW_MS = 700;
const SLOW_MAX = 120;

type MailProps = {
  readonly store: Store;
  readonly places: ReadonlyMap<string, Place>;
  readonly index: number;
  readonly at: number;
};

/** Letters on their way: at an earlier moment where they were, and in a cluster as it runs those of the last moment, slowly. */
function Mail({ store, places, index, at }: MailProps): JSX.Element {
  const { letters } = store.timeline;
  if (store.live?.follows.value === true)
    return (
      <g>
        {letters.endedSince(at - SLOW_MS, SLOW_MAX).map((posted) => (
          <SlowDot key={posted.letter.id} posted={posted} places={places} />
        ))}
      </g>
    );
  return (
    <g>
      {letters.flyingAt(index, at).map((one) => (
        <Dot key={one.posted.letter.id} flying={one} places={places} />
      ))}
    </g>
  );
}

/** The faults in force. */
function Faults({ faults }: { readonly faults: readonly FaultMark[] }): JSX.Element {
  const names = faults.map(faultLabel);
  return (
    <p class="faults">
      {names.length === 0 ? "no fault in force" : `in force: ${names.join(", ")}`}
    </p>
  );
}

type NodeProps = {
  readonly store: Store;
  readonly name: string;
  readonly node: NodeMoment;
  readonly place: Place;
  readonly at: number;
};

const ROLE_TEXTS = {
  follower: "follower",
  preCandidate: "pre-vote",
  candidate: "candidate",
  leader: "leader",
} as const;

function Node({ store, name, node, place, at }: NodeProps): JSX.Element {
  const summary = summaryOf(node);
  const role = node.life === "up" ? ROLE_TEXTS[summary.role] : node.life;
  const isChosen = store.node.value === name;
  const label = `${name}, ${role}, term ${summary.term}, commit ${summary.commit}`;
  const choose = (): void => {
    store.chosen.value = name;
  };
  return (
    <g
      class={`node ${summary.role} ${node.life}${isChosen ? " chosen" : ""}`}
      transform={`translate(${place.x} ${place.y})`}
      tabIndex={0}
      role="button"
      aria-label={label}
      onClick={choose}
      onFocus={choose}
      onPointerEnter={() => (store.pointed.value = name)}
      onPointerLeave={() => (store.pointed.value = undefined)}
    >
      <circle class="body" r={RADIUS} style={{ fill: termColor(summary.term) }} />
      {summary.role === "leader" && ["up", "paused"].includes(node.life) && (
        <circle class="crown" r={RADIUS - 5} />
      )}
      <Timer store={store} node={node} at={at} isLeader={summary.role === "leader"} />
      <title>{name}</title>
      <text class="name" y={-7}>
        {shortened(name)}
      </text>
      <text class="role" y={7}>
        {role}
      </text>
      <text class="term" y={21}>
        term {summary.term}
      </text>
      {summary.votedFor !== undefined && (
        <text class="vote" y={RADIUS + 19}>
          voted {shortened(summary.votedFor)}
        </text>
      )}
    </g>
  );
}

/** The longest name that has room in a node. */
const NAME_MAX = 8;

function shortened(name: string): string {
  return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name;
}

type LinkProps = {
  readonly nodes: readonly string[];
  readonly cuts: readonly string[];
  readonly places: ReadonlyMap<string, Place>;
};

function Links({ nodes, cuts, places }: LinkProps): JSX.Element {
  const pairs = nodes.flatMap((one, at) =>
    nodes.slice(at + 1).map((other) => [one, other] as const),
  );
  return (
    <g class="links">
      {pairs.map(([one, other]) => {
        const [a, b] = [places.get(one), places.get(other)];
        if (a === undefined || b === undefined) return null;
        const count = [`${one}>${other}`, `${other}>${one}`].filter((pair) =>
          cuts.includes(pair),
        ).length;
        const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
        return (
          <g key={`${one}${other}`} class={count > 0 ? "cut" : ""}>
            <line
              x1={a.x}
              y1={a.y}
              x2={b.x}
              y2={b.y}
              stroke-dasharray={count > 0 ? "5 5" : undefined}
            />
            {count > 0 && (
              <text x={middle.x} y={middle.y}>
                {count === 2
                  ? "✕"
                  : cuts.includes(`${one}>${other}`)
                    ? `✕ to ${other}`
                    : `✕ to ${one}`}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}
