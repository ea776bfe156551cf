/**
 * Answers each command with itself, and remembers nothing.
 */
export default () => ({ apply: (command) => command, snapshot: () => null, restore: () => {} });
