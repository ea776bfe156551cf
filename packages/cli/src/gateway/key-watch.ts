import { EventStream } from "../http/event-stream.ts";
import { HttpError } from "../http/http-error.ts";
import type { Asked, Route } from "../http/routes.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Change } from "./changes.ts";
import { checkNames, keyOf, wholeNumber, withinLimit } from "./query.ts";

/** A reader whose keys do not change gets its place in the log after this many entries, so that it may come again there. */
const PROGRESS_EVERY = 1_000;

/** The routes of streams of changed keys. */
export function watchRoutes(log: ChangeLog, streams: Set<EventStream>): readonly Route[] {
  return [
    {
      path: "/v1/watch",
      methods: {
        GET: async (asked) => {
          checkNames(asked.query, ["prefix", "after"]);
          const prefix = withinLimit("prefix", asked.query.get("prefix") ?? "");
          await watch(log, streams, asked, ({ key }) => key.startsWith(prefix));
        },
      },
    },
    {
      path: "/v1/watch/{key}",
      methods: {
        GET: async (asked) => {
          checkNames(asked.query, ["after"]);
          const wanted = keyOf(asked.rest);
          await watch(log, streams, asked, ({ key }) => key === wanted);
        },
      },
    },
  ];
}

async function watch(
  log: ChangeLog,
  streams: Set<EventStream>,
  asked: Asked,
  isWanted: (change: Change) => boolean,
): Promise<void> {
  const given = afterOf(asked);
  await log.begun();
  const after = given ?? log.last;
  if (after < log.since)
    throw new HttpError(
      410,
      `changes are kept from entry ${log.since + 1} on, and those after ${after} are asked for: read the keys again`,
    );
  if (after > log.newest)
    throw new HttpError(
      410,
      `the log ends at entry ${log.newest}, so entry ${after} is of another one: read the keys again`,
    );
  const stream = new EventStream(asked.response);
  streams.add(stream);
  stream.onClose(() => streams.delete(stream));
  stream.sendText("begin", JSON.stringify({ index: after }), after);
  tell(log, stream, after, isWanted);
}

/**
 * Sends what is wanted, while the reader takes it. What a slow one has not taken stays in the log, which keeps so much; what
 * is no longer there when it goes on is a gap.
 */
function tell(
  log: ChangeLog,
  stream: EventStream,
  after: number,
  isWanted: (change: Change) => boolean,
): void {
  let [at, sent] = [after, after];
  let isWaiting = false;
  const send = (event: string, index: number, more: object = {}): void => {
    sent = index;
    stream.sendText(event, JSON.stringify({ index, ...more }), index);
  };
  const pump = (): void => {
    if (isWaiting) return;
    for (;;) {
      if (stream.isFull) {
        isWaiting = true;
        return stream.onDrain(() => {
          isWaiting = false;
          pump();
        });
      }
      if (at < log.since) {
        at = log.since;
        send("gap", at);
      }
      const entry = log.next(at);
      if (entry === undefined) return;
      at = entry.index;
      const changes = entry.changes.filter(isWanted);
      if (changes.length > 0) send("changes", at, { changes });
      else if (at >= sent + PROGRESS_EVERY) send("progress", at);
    }
  };
  stream.onClose(log.onMore(pump));
  pump();
}

/** A browser that connects again sends the last id; its address is still the first one. */
function afterOf({ request, query }: Asked): number | undefined {
  const last = request.headers["last-event-id"];
  const text = typeof last === "string" && last !== "" ? last : query.get("after");
  if (text === null) return undefined;
  return wholeNumber("the entry to begin after", text, 0, Number.MAX_SAFE_INTEGER);
}
