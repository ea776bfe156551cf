import type { NodeId } from "@kontiki/core";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import { isClientAddress, type Address, type ClientAddress } from "../mail/address.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { DeadLetterReason } from "../mail/status.ts";
import { MailLoop } from "../mailboxes/mail-loop.ts";
import { MailRoute } from "../mailboxes/mail-route.ts";
import { Router, type ReceiveMail } from "../mailboxes/router.ts";
import { CarriedMail, type MailCarrier } from "../threads/mail-carrier.ts";
import type { Note, Publication, SupervisorStart } from "../threads/supervision.ts";
import type { HostMirror } from "./host-mirror.ts";
import type { RemoteChild } from "./remote-child.ts";

/** What the mail of the program is made of. */
export type NodeMailParts = {
  readonly mailbox: MailboxLimits;
  /** Carries letters between nodes, in this thread. Without it they arrive at once. */
  readonly network: MailCarrier | undefined;
  /** The other hosts; undefined where there are none. */
  readonly hosts: HostMirror | undefined;
  /** Sends the supervisor a note. */
  readonly note: (note: Note) => void;
  readonly onDeadLetter: (to: Address, reason: DeadLetterReason) => void;
};

/**
 * The mail between the program and the nodes: who can be reached, by which lanes, and what a carrier takes from node to node.
 *
 * Mail between the program's clients and the nodes does not pass the supervisor: the nodes have lanes to the program.
 */
export class NodeMail {
  /** Carries letters from the program's clients to the nodes, and back. */
  readonly router: Router<NodeId>;
  readonly #loop = new MailLoop();
  /** Whether the carrier carries the mail between nodes. */
  readonly #route: MailRoute | undefined;
  readonly #carried: CarriedMail | undefined;
  readonly #hosts: HostMirror | undefined;
  readonly #note: (note: Note) => void;

  constructor({ mailbox, network, hosts, note, onDeadLetter }: NodeMailParts) {
    this.router = new Router(mailbox, onDeadLetter);
    this.#hosts = hosts;
    this.#note = note;
    if (hosts !== undefined) this.router.attachElsewhere((letter) => this.#sendElsewhere(letter));
    this.#route = network && new MailRoute();
    this.#carried = network && new CarriedMail(network, (letter) => this.router.route(letter));
  }

  /** Passed to the threads: whether mail is carried, and the bell that wakes this thread. */
  get shared(): Pick<SupervisorStart["options"], "route" | "programBell"> {
    return { route: this.#route?.shared, programBell: this.#loop.bell.shared };
  }

  /** Whether the carrier carries the letters that nodes send from now on. Without a carrier it does nothing. */
  carry(isOn: boolean): void {
    this.#route?.carry(isOn);
  }

  /** Letters to this client of the program go there from now on, also those from other hosts. */
  attachClient(client: ClientAddress, receive: ReceiveMail<NodeId>): void {
    this.router.attachClient(client, receive);
    if (this.#hosts !== undefined) this.#note({ type: "client", client });
  }

  /** A thread of that node takes part from now on. */
  up(
    child: RemoteChild,
    { incarnation, lanes, control }: Publication & { readonly type: "up" },
  ): void {
    const ends = child.connect(lanes, control);
    this.router.attachNode(child.id, incarnation, (letter) => ends.post(letter), ends.account);
    this.#loop.add(child);
  }

  /** That thread has ended. What it sent before is taken first, from a sender that is still known. */
  down(child: RemoteChild): void {
    this.#loop.remove(child);
    child.disconnect();
    this.router.detachNode(child.id);
  }

  /** A letter between nodes is here for the carrier, which may have been switched off since. */
  onMail(letter: Envelope): void {
    const { to } = letter;
    const isDue = this.#route?.isCarried === true && !isClientAddress(to);
    if (isDue) return this.#carried?.send(letter);
    // A client with an idempotency key may be here and on another host at once.
    if (this.#hosts !== undefined && isClientAddress(to) && !this.router.hasClient(to))
      this.#sendElsewhere(letter);
    this.router.route(letter);
  }

  /** Nothing is carried any more. */
  close(): void {
    this.#route?.close();
    this.#carried?.close();
  }

  /** A letter to a node that no host has presented is not sent: it would be lost, and its sender would wait for an answer. */
  #sendElsewhere(letter: Envelope): DeadLetterReason | undefined {
    const { to } = letter;
    if (!isClientAddress(to) && this.#hosts?.isHeard(to) !== true) return "not running";
    // A copy: else the memory of all that came with it would be copied.
    this.#note({ type: "mail", letter: { ...letter, bytes: letter.bytes.slice() } });
    return undefined;
  }
}
