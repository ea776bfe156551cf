import type { NatsOptions } from "@kontiki/nats";

/** The options that say how to reach a server of NATS. */
export type ServerOptions = {
  readonly nats: string;
  readonly creds?: string;
  readonly nkey?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
};

/** These options as the connection takes them. */
export function natsOptions(options: ServerOptions): NatsOptions {
  const { nats: servers, creds, nkey, tlsCa: ca, tlsCert: cert, tlsKey: key } = options;
  const hasTls = ca !== undefined || cert !== undefined || key !== undefined;
  return {
    servers,
    ...(creds !== undefined && { creds }),
    ...(nkey !== undefined && { nkey }),
    ...(hasTls && {
      tls: {
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
      },
    }),
  };
}
