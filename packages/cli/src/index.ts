/**
 * The parts of the `kontiki` program, for its tests and for programs that drive a session of their
 * own. The program itself is `bin.ts`.
 *
 * @module
 */
export { benchJson, benchText, type BenchRun } from "./bench/bench-text.ts";
export type { ProgramCluster, ProgramNode, StartCluster } from "./launch/cluster.ts";
export type { Engines } from "./engines/engines.ts";
export type { Host, Interruption } from "./host/host.ts";
export { demoJson } from "./demo/demo-json.ts";
export { demoText } from "./demo/demo-text.ts";
export type { Chapter, ClientLine, DemoLine, Tally } from "./demo/demo-line.ts";
export { LINE_BYTES_MAX, readLines, type InputLine } from "./prompt/lines.ts";
export { run } from "./program.ts";
export type { Reproduction, Shrinking, TokenSubject } from "./replay/token-subject.ts";
export { answerJson, failureJson } from "./render/answer-json.ts";
export { answerText } from "./render/answer-text.ts";
export { eventText } from "./render/event-text.ts";
export type { Answer, Failure } from "./session/answer.ts";
export { commandNames, sessionCommands } from "./session/commands.ts";
export { Session } from "./session/command-session.ts";
export { splitWords, type Word, type Words } from "./session/split-words.ts";
export { colorsFor } from "./output/colors.ts";
export { complete } from "./prompt/complete.ts";
export { Notes } from "./output/notes.ts";
