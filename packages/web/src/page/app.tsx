import type { JSX } from "preact";
import { Axis } from "./axis.tsx";
import type { Forks } from "./forks.ts";
import { Help } from "./help.tsx";
import { Inspector } from "./inspector.tsx";
import type { Live } from "./live.ts";
import { LivePanel } from "./live-panel.tsx";
import { Logs } from "./logs.tsx";
import { Ring } from "./ring.tsx";
import { Sequence } from "./sequence.tsx";
import type { Store } from "./store.ts";
import { Transport } from "./transport.tsx";

type AppProps = {
  readonly store: Store;
  /** The cluster, where the page shows one as it runs. */
  readonly live?: Live;
  /** Runs it on with changes, where the page can. */
  readonly forks?: Forks | undefined;
};

/** The whole page. */
export function App({ store, live, forks }: AppProps): JSX.Element {
  const { head, judged } = store.opened;
  return (
    <>
      <header>
        <h1 title={head.title}>{head.title}</h1>
        {judged !== undefined && (
          <strong class={`verdict ${judged.verdict}`}>{judged.verdict}</strong>
        )}
        <p title={[head.about, ...(judged?.doubts ?? [])].join(" ")}>
          {head.about}
          {judged?.doubts.map((doubt) => (
            <span class="doubt"> {doubt}</span>
          ))}
        </p>
        {head.command !== "" && (
          <code title={`The command that shows this again: ${head.command}`}>{head.command}</code>
        )}
      </header>
      <Transport store={store} />
      <Axis store={store} />
      <main>
        <div>
          <Ring store={store} />
          <Inspector store={store} live={live} forks={forks} />
        </div>
        <div>
          <div>
            {live !== undefined && <LivePanel store={store} live={live} />}
            <Logs store={store} />
          </div>
          <Sequence store={store} />
        </div>
      </main>
      <Help store={store} />
    </>
  );
}
