import { verb } from "../verb.ts";

export const quit = verb({
  name: "quit",
  usage: "",
  summary: "stop the cluster gracefully and exit, as end of input does",
  example: "quit",
  arity: [0, 0],
  ends: true,
  run: async () => undefined,
  text: () => undefined,
  json: () => null,
});
