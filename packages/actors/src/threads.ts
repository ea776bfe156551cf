/**
 * Starts threads, for programs that run simulations in several of them.
 *
 * @module @kontiki/actors/threads
 */
/// <reference types="node" preserve="true" />
export { startWorker } from "./supervision/start-worker.ts";
