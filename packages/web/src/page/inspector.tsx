import type { JSX } from "preact";
import { differencesBetween, flat } from "../model/index.ts";
import { ForkPanel } from "./fork-panel.tsx";
import type { Forks } from "./forks.ts";
import type { Live } from "./live.ts";
import { Matrix } from "./matrix.tsx";
import type { Store } from "./store.ts";

type Props = { readonly store: Store };

/** The whole state of a node, what differs from the pinned moment, and which links are cut. */
export function Inspector({
  store,
  live,
  forks,
}: Props & { readonly live: Live | undefined; readonly forks: Forks | undefined }): JSX.Element {
  const { tab } = store;
  const isPinned = store.since.value !== undefined;
  return (
    <section class="inspector" aria-label="Details">
      <div class="tools" role="tablist">
        <Tab name="state" now={tab.value} onChoose={() => (tab.value = "state")}>
          {stateTitle(store)}
        </Tab>
        <Tab name="links" now={tab.value} onChoose={() => (tab.value = "links")}>
          Links
        </Tab>
        {forks !== undefined && (
          <Tab name="fork" now={tab.value} onChoose={() => (tab.value = "fork")}>
            Fork
          </Tab>
        )}
      </div>
      {isPinned && <Differences store={store} />}
      {tab.value === "state" && <State store={store} />}
      {tab.value === "links" && <Matrix store={store} live={live} />}
      {tab.value === "fork" && forks !== undefined && <ForkPanel store={store} forks={forks} />}
    </section>
  );
}

/** Of a node that does not run the last state is shown. */
function stateTitle({ node, moment }: Store): string {
  const name = node.value;
  if (name === undefined) return "State of no node";
  return moment.value.nodes[name]?.life === "down" ? `Last state of ${name}` : `State of ${name}`;
}

type TabProps = {
  readonly name: string;
  readonly now: string;
  readonly onChoose: () => void;
  readonly children: preact.ComponentChildren;
};

function Tab({ name, now, onChoose, children }: TabProps): JSX.Element {
  return (
    <button type="button" role="tab" aria-selected={name === now} onClick={onChoose}>
      {children}
    </button>
  );
}

function State({ store }: Props): JSX.Element {
  const name = store.node.value;
  const values = flat(name === undefined ? undefined : store.moment.value.nodes[name]);
  return (
    <table class="values">
      {[...values].map(([path, value]) => (
        <tr key={path}>
          <th>{path}</th>
          <td>{value}</td>
        </tr>
      ))}
    </table>
  );
}

function Differences({ store }: Props): JSX.Element {
  const { timeline, since, position, moment } = store;
  const pinned = since.value ?? -1;
  const [from, to] = [timeline.moment(pinned), moment.value];
  const found = differencesBetween(from, to);
  return (
    <div class="differences">
      <h2>
        From event {pinned + 1} to {position.value.index + 1}:{" "}
        {found.length === 0 ? "nothing differs" : `${found.length} values differ`}
      </h2>
      <table class="values">
        {found.map(({ node, path, before, after }) => (
          <tr key={`${node} ${path}`}>
            <th>
              {node} {path}
            </th>
            <td>
              <del>{before}</del> <ins>{after}</ins>
            </td>
          </tr>
        ))}
      </table>
    </div>
  );
}
