import type { FromNode, ToNode } from "../mail/protocol.ts";

/** A node's end of its mail. */
export interface NodePort {
  /** Takes out the first letter that lies there, if any does. */
  receive(): ToNode | undefined;
  /** Says something to the supervisor. The bytes of mail are given away. */
  post(message: FromNode): void;
  /** Calls back whenever a letter has come and nobody looked since. */
  onLetters(callback: () => void): void;
  /** Ends it, for good. */
  close(): void;
}
