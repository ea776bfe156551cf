import { setTimeout as delay } from "node:timers/promises";
import { showsOk } from "../shows.ts";
import { verb } from "../verb.ts";

export const sleep = verb({
  name: "sleep",
  usage: "MS",
  summary: "do nothing for MS milliseconds",
  example: "sleep 500",
  arity: [1, 1],
  run: ({ signal }, args) => delay(args.milliseconds(0), undefined, { signal }),
  ...showsOk,
});
