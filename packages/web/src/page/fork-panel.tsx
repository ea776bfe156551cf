import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Flying } from "../model/index.ts";
import { changeText, type Forks } from "./forks.ts";
import type { Store } from "./store.ts";

type Props = { readonly store: Store; readonly forks: Forks };

/** How late a letter becomes, in ms: longer than an election takes. */
const LATE_MS = 500;

/** Changes what happens after this moment, and runs on. */
export function ForkPanel({ store, forks }: Props): JSX.Element {
  const { index, at } = store.position.value;
  return (
    <div class="fork">
      {forks.isForked && <Forked store={store} forks={forks} />}
      <p>
        Everything up to event {index + 1}, at {at.toFixed(2)} ms, stays as it was. What is changed
        after it:
      </p>
      <FaultForm store={store} forks={forks} />
      <SeedForm forks={forks} />
      <Changes store={store} forks={forks} />
      <Planned store={store} forks={forks} />
      <InFlight store={store} forks={forks} />
    </div>
  );
}

function FaultForm({ store, forks }: Props): JSX.Element {
  const text = useSignal("");
  const node = store.node.value ?? "leader";
  const examples = [
    `crash: ${node}`,
    `crash: { node: ${node}, kept: nothing }`,
    `for: 500ms, pause: ${node}`,
    `for: 1s, partition: { shape: isolate, node: ${node} }`,
  ];
  const submit = (event: Event): void => {
    event.preventDefault();
    const written = text.value.trim();
    if (written !== "") forks.add({ type: "fault", text: written });
    text.value = "";
  };
  return (
    <form onSubmit={submit}>
      <div class="verbs">
        {examples.map((example) => (
          <button
            key={example}
            type="button"
            onClick={() => forks.add({ type: "fault", text: example })}
          >
            <code>{example}</code>
          </button>
        ))}
      </div>
      <label>
        Fault{" "}
        <input
          aria-label="Fault"
          value={text.value}
          placeholder="as in a scenario: for: 1s, slowDisk: n1"
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => (text.value = currentTarget.value)}
        />
      </label>
      <button type="submit">Add</button>
    </form>
  );
}

function SeedForm({ forks }: { readonly forks: Forks }): JSX.Element {
  const seed = useSignal(1);
  const submit = (event: Event): void => {
    event.preventDefault();
    forks.add({ type: "seed", seed: seed.value });
  };
  return (
    <form onSubmit={submit}>
      <label>
        Seed{" "}
        <input
          aria-label="Seed"
          type="number"
          min={0}
          max={2 ** 32 - 1}
          value={seed.value}
          onInput={({ currentTarget }) => (seed.value = Number(currentTarget.value))}
        />
      </label>
      <button type="submit">Choose from this seed</button>
    </form>
  );
}

/** Faults that have not begun. */
function Planned({ store, forks }: Props): JSX.Element | null {
  const faults = store.timeline.faultsAfter(store.position.value.index);
  if (faults.length === 0) return null;
  return (
    <ul aria-label="Faults to come">
      {faults.map(({ id, text }) => (
        <li key={id}>
          <button type="button" onClick={() => forks.add({ type: "spare", fault: id })}>
            leave out
          </button>{" "}
          {text}
        </li>
      ))}
    </ul>
  );
}

function InFlight({ store, forks }: Props): JSX.Element | null {
  const { timeline } = store;
  const { index, at } = store.position.value;
  const flying = timeline.letters.flyingAt(index, at).filter(({ isOver }) => !isOver);
  if (flying.length === 0) return null;
  return (
    <ul aria-label="Letters on their way">
      {flying.map((one) => (
        <LetterRow key={one.posted.letter.id} flying={one} forks={forks} />
      ))}
    </ul>
  );
}

function LetterRow({
  flying,
  forks,
}: {
  readonly flying: Flying;
  readonly forks: Forks;
}): JSX.Element {
  const { id, from, to, text } = flying.posted.letter;
  return (
    <li title={text}>
      <button type="button" onClick={() => forks.add({ type: "lose", letter: id })}>
        lose
      </button>{" "}
      <button type="button" onClick={() => forks.add({ type: "delay", letter: id, ms: LATE_MS })}>
        {LATE_MS} ms late
      </button>{" "}
      letter {id}, {from} to {to}: {text.split("\n")[0]}
    </li>
  );
}

function Changes({ store, forks }: Props): JSX.Element {
  const { index, at } = store.position.value;
  const changes = forks.changes.value;
  const running = forks.running.value;
  return (
    <>
      <ol aria-label="Changes">
        {changes.map((change) => (
          <li key={changeText(change)}>
            <code>{changeText(change)}</code>{" "}
            <button
              type="button"
              aria-label={`Remove ${changeText(change)}`}
              onClick={() => forks.remove(change)}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="go"
        disabled={changes.length === 0 || running.type === "running"}
        onClick={() => void forks.fork(at, index + 1)}
      >
        Fork here
      </button>
      <p role="status">
        {running.type === "running" && `Running: ${Math.round(running.ms)} ms ...`}
        {running.type === "failed" && <b class="problem">{running.text}</b>}
      </p>
    </>
  );
}

function Forked({ store, forks }: Props): JSX.Element {
  const command = `kontiki view ${forks.token ?? ""}#${store.position.value.index + 1}`;
  return (
    <div class="forked">
      <label>
        This run, at this event:{" "}
        <input
          readOnly
          aria-label="Command"
          value={command}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      </label>
      <button type="button" onClick={() => forks.back(store.position.value.index + 1)}>
        Back to the run before
      </button>
    </div>
  );
}
