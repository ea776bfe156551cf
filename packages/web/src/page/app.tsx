import type { JSX } from "preact";
import { Axis } from "./axis.tsx";
import { Help } from "./help.tsx";
import { Inspector } from "./inspector.tsx";
import { Logs } from "./logs.tsx";
import { Ring } from "./ring.tsx";
import { Sequence } from "./sequence.tsx";
import type { Store } from "./store.ts";
import { Transport } from "./transport.tsx";

/** The whole page. */
export function App({ store }: { readonly store: Store }): JSX.Element {
  const { head, judged } = store.opened;
  return (
    <>
      <header>
        <h1>{head.title}</h1>
        {judged !== undefined && (
          <strong class={`verdict ${judged.verdict}`}>{judged.verdict}</strong>
        )}
        <p>
          {head.about}
          {judged?.doubts.map((doubt) => (
            <span class="doubt"> {doubt}</span>
          ))}
        </p>
        {head.command !== "" && (
          <code title="The command that shows this again">{head.command}</code>
        )}
      </header>
      <Transport store={store} />
      <Axis store={store} />
      <main>
        <div>
          <Ring store={store} />
          <Inspector store={store} />
        </div>
        <div>
          <Logs store={store} />
          <Sequence store={store} />
        </div>
      </main>
      <Help store={store} />
    </>
  );
}
