/**
 * The parts of the `kontiki` program, for its tests and for programs that run a session with a cluster. The program
 * itself is `main.ts`.
 *
 * @module
 */
/// <reference types="node" preserve="true" />
export { benchJson, benchText, type BenchRun } from "./bench/bench-text.ts";
export type { ProgramCluster, ProgramNode, StartCluster } from "./launch/cluster.ts";
export type { Engines, LoadEngines } from "./engines/engines.ts";
export type { Host, Interruption } from "./host/host.ts";
export { demoJson } from "./demo/demo-json.ts";
export { demoText } from "./demo/demo-text.ts";
export type { Chapter, ClientLine, DemoLine, Tally } from "./demo/demo-line.ts";
export { answerJson, failureJson } from "./prompt/answer-json.ts";
export { answerText } from "./prompt/answer-text.ts";
export { complete } from "./prompt/complete.ts";
export { LINE_BYTES_MAX, readLines, type InputLine } from "./prompt/lines.ts";
export { run } from "./program.ts";
export type { Reproduction, Shrinking, TokenSubject } from "./replay/token-subject.ts";
export { eventText } from "./render/event-text.ts";
export { logJson, logText } from "./render/log-text.ts";
export { memberTable } from "./render/member-table.ts";
export { statusTable } from "./render/status-table.ts";
export type { Answer, Failure, Page } from "./session/answer.ts";
export { CommandSession } from "./session/command-session.ts";
export { splitWords, type Word, type Words } from "./session/split-words.ts";
export type { Verb, VerbHelp } from "./session/verb.ts";
export { verbs } from "./session/verbs/verbs.ts";
export { colorsFor } from "./output/colors.ts";
export { Notes } from "./output/notes.ts";
