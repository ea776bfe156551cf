import type { JSX } from "preact";
import { KEYS } from "./keys.ts";
import type { Store } from "./store.ts";

/** The keys, and what colours and shapes mean. */
export function Help({ store }: { readonly store: Store }): JSX.Element | null {
  if (!store.isHelpOpen.value) return null;
  const close = (): void => {
    store.isHelpOpen.value = false;
  };
  return (
    <dialog open aria-label="Keys">
      <table>
        {KEYS.map(([keys, what]) => (
          <tr key={keys}>
            <th>
              <kbd>{keys}</kbd>
            </th>
            <td>{what}</td>
          </tr>
        ))}
      </table>
      <p>
        Letters: <b>◆</b> votes, <b>▲</b> entries, <b>●</b> replies, <b>■</b> snapshots. The arc
        around a node is its election timer; it may fire from the mark on, or, where its end was
        recorded, fires when it is round. The arc of a leader is its heartbeat.
      </p>
      {store.live !== undefined && (
        <p>
          Letters of a running cluster arrive within a millisecond: those of the last moment fly
          slowly here. Pause, and play at 1/2000, to see them at their times.
        </p>
      )}
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
