import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { LiveVerb } from "@kontiki/cli/live";
import { Charts } from "./charts.tsx";
import type { Connection, Live, Sent } from "./live.ts";
import type { Store } from "./store.ts";

type Props = { readonly store: Store; readonly live: Live };

/** What only a live page has: the connection, commands with their replies, and charts. */
export function LivePanel({ store, live }: Props): JSX.Element {
  return (
    <section class="live" aria-label="Live">
      <Connected live={live} />
      <Commands store={store} live={live} />
      <Charts live={live} />
    </section>
  );
}

const TEXTS: Readonly<Record<Connection, string>> = {
  open: "Connected.",
  lost: "The connection is lost. The page tries again until the cluster answers.",
  ended:
    "The cluster has ended. The page stays as it was, and reconnects if it is started again at this address.",
  refused: "The cluster that answers here was started later: open the address that it printed.",
};

function Connected({ live }: { readonly live: Live }): JSX.Element {
  const { connection, skipped, follows, share } = live;
  const count = skipped.value;
  const of = Math.round(1 / share.value);
  return (
    <p class={`connection ${connection.value}`} role="status">
      {TEXTS[connection.value]}
      {!follows.value && <b> You look at an earlier moment. End: what is now.</b>}
      {count > 0 && ` ${count.toLocaleString("en")} states between two looks were left out.`}
      {of > 1 &&
        ` There are more than 1,000 letters and receipts a second: about 1 letter in ${of} is recorded.`}
    </p>
  );
}

function Commands({ store, live }: Props): JSX.Element {
  const line = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const node = store.node.value ?? "";
  const isOpen = live.connection.value === "open";
  const submit = (event: Event): void => {
    event.preventDefault();
    if (line.value.trim() === "" || !isOpen) return;
    void live.run(line.value);
    line.value = "";
  };
  const press = (verb: LiveVerb): void => {
    if (verb.isAlone || verb.takesNode) {
      void live.run(commandOf(verb, node));
      return;
    }
    line.value = commandOf(verb, node);
    field.current?.focus();
  };
  return (
    <div class="commands">
      <Verbs live={live} node={node} onPress={press} />
      <form onSubmit={submit}>
        <label>
          <code>kontiki&gt;</code>{" "}
          <input
            ref={field}
            aria-label="Command"
            value={line.value}
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => (line.value = currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={!isOpen}>
          Run
        </button>
      </form>
      <Replies sent={live.sent.value} />
    </div>
  );
}

type VerbsProps = {
  readonly live: Live;
  readonly node: string;
  readonly onPress: (verb: LiveVerb) => void;
};

function Verbs({ live, node, onPress }: VerbsProps): JSX.Element {
  return (
    <div class="verbs">
      {live.verbs.map((verb) => (
        <button
          key={verb.name}
          type="button"
          disabled={live.connection.value !== "open"}
          title={`${verb.summary}\n${verb.name} ${verb.usage}`}
          onClick={() => onPress(verb)}
        >
          <code>{commandOf(verb, node)}</code>
        </button>
      ))}
    </div>
  );
}

function Replies({ sent }: { readonly sent: readonly Sent[] }): JSX.Element {
  return (
    <pre class="replies" aria-label="Replies" aria-live="polite" tabIndex={0}>
      {sent.length === 0 && <i>no command yet: what one answers is shown here</i>}
      {[...sent].reverse().map(({ line, reply }, at) => (
        <div key={sent.length - at} class={reply?.ok === false ? "failed" : ""}>
          <b>kontiki&gt; {line}</b>
          {`\n${reply === undefined ? "..." : reply.text}`}
        </div>
      ))}
    </pre>
  );
}

/** The text of a verb's command: with the chosen node where it takes one, else as in its example. */
function commandOf({ name, example, takesNode, isAlone }: LiveVerb, node: string): string {
  if (isAlone) return name;
  return takesNode ? `${name} ${node}` : example;
}
