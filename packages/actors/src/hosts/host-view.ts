import { AssertionError, type Index, type Membership, type NodeId, type Term } from "@kontiki/core";
import {
  fieldsOf,
  flagAt,
  indexAt,
  nodeOf,
  termAt,
  WireError,
  type Fields,
} from "../mail/wire-fields.ts";
import { membershipFromWire, membershipToWire } from "../mail/wire-membership.ts";

/** What the nodes of a host know of the leader, and of the membership that it uses. */
export type HostView = {
  readonly leader: NodeId;
  readonly term: Term;
  /** The entry from which on the membership is in force, and whether it is committed. */
  readonly index: Index;
  readonly membership: Membership;
  readonly committed: boolean;
};

/** Encodes a view as nested arrays. */
export function viewToWire(view: HostView): Fields {
  const { leader, term, index, membership, committed } = view;
  return [leader, term, index, membershipToWire(membership), committed];
}

/** Decodes a view; undefined for anything else. */
export function readView(wire: unknown): HostView | undefined {
  return readChecked(() => {
    const fields = fieldsOf(wire, "a view");
    if (fields.length !== 5) throw new WireError("a view has five fields");
    const [leader, , , membership] = fields;
    return {
      leader: nodeOf(leader),
      term: termAt(fields, 1),
      index: indexAt(fields, 2),
      membership: membershipFromWire(membership),
      committed: flagAt(fields, 4),
    };
  });
}

/** What `read` returns; undefined if what it reads is not what it should be. */
export function readChecked<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError || error instanceof AssertionError) return undefined;
    throw error;
  }
}
