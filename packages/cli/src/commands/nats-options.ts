import { Option, type Command } from "commander";
import { file, natsUrls } from "./options.ts";

/** The options that say how to reach a server of NATS. */
export function natsServer(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--nats <url>",
        "the NATS server, such as nats://127.0.0.1:4222; several with commas",
      )
        .makeOptionMandatory()
        .argParser(natsUrls),
    )
    .addOption(new Option("--creds <file>", "NATS credentials: a JWT and its seed").argParser(file))
    .addOption(new Option("--nkey <file>", "the seed of a NATS nkey").argParser(file))
    .addOption(
      new Option("--tls-ca <file>", "TLS: who signed the server's certificate").argParser(file),
    )
    .addOption(new Option("--tls-cert <file>", "TLS: this client's certificate").argParser(file))
    .addOption(new Option("--tls-key <file>", "TLS: its key").argParser(file));
}
