import type { JSX } from "preact";
import { MARK_KINDS, momentText, SPEEDS } from "../model/index.ts";
import { jumpTo, togglePin, togglePlay } from "./keys.ts";
import type { Store } from "./store.ts";

type Props = { readonly store: Store };

/** Play, pause, step, speed, and jumps. */
export function Transport({ store }: Props): JSX.Element {
  const { isPlaying, since, live } = store;
  const isMoving = isPlaying.value || live?.follows.value === true;
  return (
    <nav aria-label="Playback">
      <div class="group">
        <Button text="|◀" title="First event (Home)" onClick={() => store.goTo(-1)} />
        <Button text="◀" title="Previous event of the list (←)" onClick={() => store.step(-1)} />
        <Button
          text={isMoving ? "Pause" : "Play"}
          title="Play or pause (Space)"
          onClick={() => togglePlay(store)}
        />
        <Button text="▶" title="Next event of the list (→)" onClick={() => store.step(1)} />
        <Button text="▶|" title="Last event (End)" onClick={() => store.goTo(Infinity)} />
      </div>
      <Speed store={store} />
      <Step store={store} />
      <div class="group">
        {MARK_KINDS.map((kind) => (
          <Jump key={kind} store={store} kind={kind} />
        ))}
      </div>
      <Button
        text={since.value === undefined ? "Pin" : "Unpin"}
        title="Keep this moment to compare others with it (p)"
        onClick={() => togglePin(store)}
      />
      <Button text="?" title="Keys (?)" onClick={() => (store.isHelpOpen.value = true)} />
    </nav>
  );
}

function Button(props: {
  readonly text: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}): JSX.Element {
  const { text, title, onClick, disabled = false } = props;
  return (
    <button type="button" title={title} aria-label={title} disabled={disabled} onClick={onClick}>
      {text}
    </button>
  );
}

/** A node that was stopped went down as well as one that crashed. */
const NAMES = {
  election: ["election", "election"],
  crash: ["down", "time a node goes down: a crash or a stop"],
  fault: ["fault", "fault"],
  violation: ["violation", "violation"],
} as const;

function Jump({
  store,
  kind,
}: Props & { readonly kind: (typeof MARK_KINDS)[number] }): JSX.Element {
  void store.version.value;
  const { index } = store.position.value;
  const { marks } = store.timeline;
  const count = marks.all.filter((mark) => mark.kind === kind).length;
  const key = kind.slice(0, 1);
  const [name, what] = NAMES[kind];
  return (
    <span class="jump">
      <Button
        text="‹"
        title={`Previous ${what} (${key.toUpperCase()})`}
        disabled={marks.near(kind, index, -1) === undefined}
        onClick={() => jumpTo(store, kind, -1)}
      />
      <span class={count > 0 ? `name ${kind}` : "name"}>
        {name} <small>{count.toLocaleString("en")}</small>
      </span>
      <Button
        text="›"
        title={`Next ${what} (${key})`}
        disabled={marks.near(kind, index, 1) === undefined}
        onClick={() => jumpTo(store, kind, 1)}
      />
    </span>
  );
}

function Speed({ store }: Props): JSX.Element {
  const { head } = store.opened;
  const unit = head.clock === "ms" ? "" : " events a ms";
  return (
    <label title={head.clock === "ms" ? "Of the run's time in real time" : "Events a millisecond"}>
      Speed{" "}
      <select
        value={store.speed.value}
        onChange={({ currentTarget }) => (store.speed.value = Number(currentTarget.value))}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed < 1 && unit === "" ? `1/${Math.round(1 / speed)}` : `${speed}${unit}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Step({ store }: Props): JSX.Element {
  void store.version.value;
  const { index, at } = store.position.value;
  const { head } = store.opened;
  return (
    <label class="step">
      Event{" "}
      <input
        type="number"
        min={0}
        max={store.timeline.length}
        value={index + 1}
        onChange={({ currentTarget }) => store.goTo(Number(currentTarget.value) - 1)}
      />{" "}
      of {store.timeline.length.toLocaleString("en")}{" "}
      {head.clock === "ms" && <output>at {momentText(at)}</output>}
    </label>
  );
}
