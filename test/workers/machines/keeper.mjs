/**
 * Keeps all commands, answers each with itself, and a question `[place]` with the command in that place.
 */
export default function makeKeeper() {
  let kept = [];
  return {
    apply(command) {
      kept.push(command);
      return command;
    },
    query: ([place]) => kept[place],
    snapshot: () => kept,
    restore(snapshot) {
      kept = snapshot;
    },
  };
}
