import type { FromNode, ToNode } from "../mail/protocol.ts";

/** A node's side of its mail connection. */
export interface NodePort {
  /** Removes the first waiting letter and returns it; undefined if there is none. */
  receive(): ToNode | undefined;
  /** Sends a message to the supervisor. The bytes of mail are transferred. */
  post(message: FromNode): void;
  /** Calls back whenever letters have arrived since the last `receive`. */
  onLetters(callback: () => void): void;
  /** Closes it permanently. */
  close(): void;
}
