/**
 * Actors in worker threads, without Raft: modules of your own, under the supervision that Kontiki's nodes have.
 *
 * @module @kontiki/actors/runtime
 */
/// <reference types="node" preserve="true" />
export type { ActorEvent, ActorStatus } from "./runtime/actor-event.ts";
export type { ActorSystemOptions, SpawnOptions } from "./runtime/actor-options.ts";
export { ActorRef } from "./runtime/actor-ref.ts";
export { ActorSystem, type ActorSystemEvents } from "./runtime/actor-system.ts";
export { AskError } from "./runtime/ask-error.ts";
export type { AskOptions, Behavior, Down, MakeBehavior, Self } from "./runtime/behavior.ts";
export type { DeadLetterReason } from "./mailboxes/letter.ts";
export type { MailboxLimits } from "./lanes/mailbox-table.ts";
export { KontikiError } from "./errors.ts";
export type { Life } from "./supervision/life.ts";
export type { RestartPolicy } from "./supervision/restart-policy.ts";
export type { RestartType, Strategy } from "./supervision/strategy.ts";
