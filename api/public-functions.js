// @ts-check
/**
 * Prints two lines of JSON: all functions of each entry point that take something, `f`, `new C`, `C.f` for static ones,
 * `C#f` for methods; and how many arguments each method of the given classes takes at most, null for any number. The
 * packages must be built.
 */
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ENTRIES = {
  "@kontiki/core": "core/dist/index.d.ts",
  "@kontiki/actors": "actors/dist/index.d.ts",
  "@kontiki/actors/node": "actors/dist/node.d.ts",
  "@kontiki/actors/runtime": "actors/dist/runtime.d.ts",
  "@kontiki/actors/threads": "actors/dist/threads.d.ts",
  "@kontiki/testing": "testing/dist/index.d.ts",
  "@kontiki/testing/vitest": "testing/dist/vitest/index.d.ts",
  "@kontiki/cli": "cli/dist/index.d.ts",
};

/** @param {string} file */
const pathOf = (file) => fileURLToPath(new URL(`../packages/${file}`, import.meta.url));

const program = ts.createProgram(Object.values(ENTRIES).map(pathOf), {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  skipLibCheck: true,
  strict: true,
});
const checker = program.getTypeChecker();

/** @param {readonly ts.Signature[]} signatures */
const takes = (signatures) => signatures.some(({ parameters }) => parameters.length > 0);

/** @param {readonly ts.Symbol[]} members @param {string} prefix */
function methods(members, prefix) {
  return members
    .filter((one) => takes(checker.getTypeOfSymbol(one).getCallSignatures()))
    .filter((one) => !one.getJsDocTags(checker).some((tag) => tag.name === "hidden"))
    .map((one) => prefix + one.name);
}

/** @param {ts.Symbol} exported @returns {readonly string[]} */
function functionsOf(exported) {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  if ((symbol.flags & ts.SymbolFlags.Value) === 0) return [];
  const { name } = exported;
  const type = checker.getTypeOfSymbol(symbol);
  const own = takes(type.getCallSignatures()) ? [name] : [];
  if ((symbol.flags & ts.SymbolFlags.Class) === 0) return own;
  const instance = checker.getDeclaredTypeOfSymbol(symbol);
  // An error is created by the code that throws it.
  if (instance.getProperty("stack") !== undefined) return own;
  return [
    ...(takes(type.getConstructSignatures()) ? [`new ${name}`] : []),
    ...methods(type.getProperties(), `${name}.`),
    ...methods(instance.getProperties(), `${name}#`),
  ];
}

/** @param {ts.Signature} signature */
function mostOf({ parameters }) {
  const isList = parameters.some(
    ({ valueDeclaration: one }) => one && ts.isParameter(one) && one.dotDotDotToken !== undefined,
  );
  return isList ? null : parameters.length;
}

/** @param {readonly ts.Symbol[]} members @param {string} prefix */
function counts(members, prefix) {
  return members
    .filter((one) => !one.getJsDocTags(checker).some((tag) => tag.name === "hidden"))
    .flatMap((one) => {
      const [signature] = checker.getTypeOfSymbol(one).getCallSignatures();
      return signature === undefined ? [] : [[prefix + one.name, mostOf(signature)]];
    });
}

/** @param {ts.Symbol} exported @param {readonly string[]} classes */
function methodCounts(exported, classes) {
  if (!classes.includes(exported.name)) return [];
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  if ((symbol.flags & ts.SymbolFlags.Class) === 0) return [];
  return [
    ...counts(checker.getTypeOfSymbol(symbol).getProperties(), `${exported.name}.`),
    ...counts(checker.getDeclaredTypeOfSymbol(symbol).getProperties(), `${exported.name}#`),
  ];
}

const classes = process.argv.slice(2);
const found = Object.entries(ENTRIES).map(([entry, file]) => {
  const source = program.getSourceFile(pathOf(file));
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is not a module: build the packages first`);
  const exported = checker.getExportsOfModule(module);
  const names = exported.flatMap((symbol) => [...functionsOf(symbol)]);
  return {
    functions: [entry, [...new Set(names)].sort()],
    methods: exported.flatMap((symbol) => methodCounts(symbol, classes)),
  };
});
console.log(JSON.stringify(Object.fromEntries(found.map((one) => one.functions))));
console.log(JSON.stringify(Object.fromEntries(found.flatMap((one) => one.methods))));
