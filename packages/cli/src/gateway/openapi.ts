import { version } from "../host/version.ts";
import { PARAMETERS, SCHEMAS, type Json } from "./openapi-components.ts";
import { PATHS } from "./openapi-paths.ts";

/** The OpenAPI document of a server at this origin. */
export function openApi(origin: string): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Kontiki",
      description:
        "The key-value machine and the state of a cluster that `kontiki up --http` runs.",
      version: version(),
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: origin }],
    security: [{ token: [] }],
    paths: PATHS,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      parameters: PARAMETERS,
      schemas: SCHEMAS,
    },
  };
}
