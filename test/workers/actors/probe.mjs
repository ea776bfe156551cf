/**
 * An actor that does as its messages say.
 *
 * @param {import("@kontiki/actors/runtime").Self} self
 * @param {{ readonly links?: readonly string[], readonly fails?: boolean, readonly objects?: number } | undefined} args
 */
export default function probe(self, args) {
  if (args?.fails === true) throw new Error("it fails at its start");
  for (const other of args?.links ?? []) self.link(other);
  // To free them takes time, in which the thread has ended and is not gone.
  const kept = Array.from({ length: args?.objects ?? 0 }, (_, at) => [at, `${at}`]);
  const told = [];
  let downs = () => {};
  return {
    async receive({ type, ...message }, from) {
      switch (type) {
        case "echo":
          return { from, said: message.said };
        case "note":
          told.push(message.said);
          return undefined;
        case "notes":
          return told;
        case "start":
          return self.incarnation;
        case "throw":
          throw new Error(message.why);
        case "count":
          return kept.length;
        case "stop":
          return self.stop();
        case "never":
          self.tell(message.told, { type: "note", said: "busy" });
          return new Promise(() => {});
        case "part":
          self.unlink(message.with);
          return self.tell(message.with, message.message);
        case "tell":
          return self.tell(message.to, message.message);
        case "ask":
          return self
            .ask(message.to, message.message, { deadlineMs: message.deadlineMs })
            .catch(({ message: text, outcome }) => ({ text, outcome }));
        case "monitor":
          self.monitor(message.actor);
          return undefined;
        case "downs":
          if (told.length === 0) await new Promise((resolve) => (downs = resolve));
          return told;
        default:
          throw new Error(`what is ${type}?`);
      }
    },
    down(down) {
      told.push(down);
      downs();
    },
  };
}
