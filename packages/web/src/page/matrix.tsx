import type { JSX } from "preact";
import type { Moment } from "../model/index.ts";
import type { Live } from "./live.ts";
import type { Store } from "./store.ts";

type MatrixProps = { readonly store: Store; readonly live: Live | undefined };

/** Which nodes hear which. In a running cluster a click cuts a link, or heals the fault that cuts it. */
export function Matrix({ store, live }: MatrixProps): JSX.Element {
  const { nodes } = store.timeline;
  const moment = store.moment.value;
  return (
    <table class="matrix">
      <caption>
        ✕: letters from the row to the column are lost.{" "}
        {live !== undefined && "Click to cut a link, or to heal it."}
      </caption>
      <tr>
        <th />
        {nodes.map((to) => (
          <th key={to}>{to}</th>
        ))}
      </tr>
      {nodes.map((from) => (
        <tr key={from}>
          <th>{from}</th>
          {nodes.map((to) => (
            <Link key={to} from={from} to={to} moment={moment} live={live} />
          ))}
        </tr>
      ))}
    </table>
  );
}

type LinkProps = {
  readonly from: string;
  readonly to: string;
  readonly moment: Moment;
  readonly live: Live | undefined;
};

function Link({ from, to, moment, live }: LinkProps): JSX.Element {
  if (from === to) return <td />;
  const isCut = moment.cuts.includes(`${from}>${to}`);
  const text = isCut ? "✕" : "·";
  if (live === undefined) return <td class={isCut ? "cut" : ""}>{text}</td>;
  const command = isCut ? healOf(moment, `${from}>${to}`) : `link ${from}>${to} --cut`;
  return (
    <td class={isCut ? "cut" : ""}>
      <button
        type="button"
        title={command}
        aria-label={command}
        onClick={() => void live.run(command)}
      >
        {text}
      </button>
    </td>
  );
}

/** Heals the fault of this link alone, if there is one, and else all faults. */
function healOf({ faults }: Moment, link: string): string {
  const own = Object.values(faults).find(({ name }) => name.startsWith(`oneWay ${link}`));
  return own === undefined ? "heal all" : `heal ${own.id}`;
}
