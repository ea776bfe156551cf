import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

const NONE = -1;

const USER = { subs: NONE, data: NONE, payload: NONE };

/** What an account may do: everything. */
const LIMITS = { ...USER, imports: NONE, exports: NONE, wildcards: true, conn: NONE, leaf: NONE };

/**
 * The credentials that a server of NATS checks by signatures: an operator signs an account, and that signs its users, as `nsc`
 * does it.
 */
export class Credentials {
  readonly #operator = nkeys.createOperator();
  readonly #account = nkeys.createAccount();

  /** Lines of a server's configuration that trust this operator and know its account. */
  get config(): string {
    const operator = token(this.#operator, this.#operator, { type: "operator" });
    const account = token(this.#operator, this.#account, { type: "account", limits: LIMITS });
    const name = this.#account.getPublicKey();
    return `operator: ${operator}\nresolver: MEMORY\nresolver_preload: { ${name}: ${account} }`;
  }

  /** The content of a credentials file, for a user that may use these subjects. */
  user(subjects: string): string {
    const user = nkeys.createUser();
    const allow = [subjects];
    const jwt = token(this.#account, user, {
      type: "user",
      ...USER,
      pub: { allow },
      sub: { allow },
    });
    const seed = new TextDecoder().decode(user.getSeed());
    return [
      "-----BEGIN NATS USER JWT-----",
      jwt,
      "------END NATS USER JWT------",
      "-----BEGIN USER NKEY SEED-----",
      seed,
      "------END USER NKEY SEED------",
      "",
    ].join("\n");
  }
}

function token(issuer: KeyPair, subject: KeyPair, nats: object): string {
  const claims = {
    jti: randomBytes(16).toString("hex"),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: "test",
    nats: { ...nats, version: 2 },
  };
  const parts = [{ typ: "JWT", alg: "ed25519-nkey" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signed = parts.join(".");
  const signature = Buffer.from(issuer.sign(Buffer.from(signed))).toString("base64url");
  return `${signed}.${signature}`;
}
