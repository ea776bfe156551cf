/**
 * Counts commands. The command and the question "endless" need an endless stack.
 */
export default function makeEndless() {
  let count = 0;
  const perform = (given, otherwise) => (given === "endless" ? [perform(given)] : otherwise());
  return {
    apply: (command) => perform(command, () => (count += 1)),
    query: (question) => perform(question, () => count),
    snapshot: () => count,
    restore: (given) => void (count = given),
  };
}
