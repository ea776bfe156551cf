/**
 * Answers how many commands it has seen, or as the command says.
 */
export default function makeMoody() {
  let seen = 0;
  return {
    apply(command) {
      seen += 1;
      switch (command) {
        case "throw an error":
          throw new Error("not\n  today");
        case "throw a text":
          // oxlint-disable-next-line typescript/only-throw-error -- somebody will
          throw "not an error";
        case "throw nothing":
          // oxlint-disable-next-line typescript/only-throw-error -- somebody will
          throw undefined;
        case "answer a promise":
          return Promise.resolve(seen);
        case "answer a map":
          return new Map([[1, seen]]);
        case "echo":
          return command;
        default:
          return seen;
      }
    },
    snapshot: () => seen,
    restore(snapshot) {
      seen = snapshot;
    },
  };
}
