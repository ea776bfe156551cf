/**
 * Lets the program that follows be TypeScript on versions of Node that cannot strip types.
 */
import { stripTypes } from "../../../packages/actors/dist/machine/type-stripping.js";

stripTypes();
