/**
 * One host of a cluster, in a process of its own: it starts with the options of its argument, prints what happens, and
 * answers what its standard input asks, each in one line of JSON.
 */
import { createInterface } from "node:readline";
import { Cluster } from "@kontiki/actors";
import { nats } from "@kontiki/nats";

const { servers, ...options } = JSON.parse(process.argv[2] ?? "{}");

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const cluster = await Cluster.start({
  ...options,
  transport: nats({ servers }),
  onEvent: (event) => print({ event }),
});
print({ event: { type: "up" } });

async function answerTo({ f, key, value, timeoutMs }) {
  switch (f) {
    case "put":
    case "append":
      return cluster.propose({ type: f, key, value }, { timeoutMs });
    case "get":
      return cluster.get(key, { timeoutMs });
    case "status":
      return cluster.status();
    case "deadLetters":
      return [...cluster.deadLetters];
    case "stop":
      return cluster.stop();
    default:
      throw new Error(`there is no ${f}`);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...asked } = JSON.parse(line);
  answerTo(asked).then(
    (answer) => print({ id, answer }),
    (error) => print({ id, error: String(error) }),
  );
}
await cluster.stop();
