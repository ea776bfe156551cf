// @ts-check
import {
  Application,
  DeclarationReflection,
  makeRecursiveVisitor,
  ParameterReflection,
  ReflectionKind,
  SignatureReflection,
  TypeParameterReflection,
} from "typedoc";

/** Seams that only tests use: parameters that a caller leaves out. */
const FOR_TESTS = ["DirectorySystem", "SystemCalls"];

/** States of models: a user only passes them on. */
const OPAQUE = ["ListText", "SetState", "SetText", "ValueList", "ValueQueue"];

/** Tables of which a public type has the names: TypeDoc lists the names. */
const KEYS_OF = ["EVENTS"];

/**
 * A plugin of TypeDoc with the two checks that TypeDoc does not make for two packages with many unions.
 *
 * @param {Application} app
 */
export function load(app) {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    const found = [...undocumentedProperties(project), ...typesLeftOut(project)];
    for (const problem of found) app.logger.warn(problem);
  });
}

/**
 * Each property of a public type is documented, or lies in a variant of a union that is documented as a whole.
 * TypeDoc's own check knows no variants; it has all other kinds of names.
 *
 * @param {import("typedoc").ProjectReflection} project
 */
function undocumentedProperties(project) {
  const aliases = project.getReflectionsByKind(ReflectionKind.TypeAlias);
  const told = new Set(aliases.flatMap(fieldsOfDocumentedVariants));
  return project
    .getReflectionsByKind(ReflectionKind.Property)
    .filter((property) => !property.hasComment() && !told.has(property) && !isSelfEvident(property))
    .map((property) => translatable(`${property.getFriendlyFullName()} is not documented`));
}

/**
 * @param {import("typedoc").Reflection} alias
 * @returns {import("typedoc").Reflection[]}
 */
function fieldsOfDocumentedVariants(alias) {
  if (!(alias instanceof DeclarationReflection) || alias.type?.type !== "union") return [];
  const { types, elementSummaries = [] } = alias.type;
  return types.flatMap((variant, at) => {
    const isDocumented = (elementSummaries[at]?.length ?? 0) > 0;
    if (!isDocumented || variant.type !== "reflection") return [];
    return variant.declaration.children ?? [];
  });
}

/**
 * Whether a property needs no words of its own: the comment of what has an anonymous shape tells of its fields.
 *
 * @param {import("typedoc").Reflection} property
 */
function isSelfEvident(property) {
  if (!(property instanceof DeclarationReflection)) return true;
  if (property.flags.isExternal || property.flags.isPrivate) return true;
  if (property.name === "[brand]") return true;
  if (property.name === "type" && property.type?.type === "literal") return true;
  const owner = property.parent;
  const isAnonymous = owner?.kindOf(ReflectionKind.TypeLiteral) === true;
  return isAnonymous && owner.parent?.kindOf(ReflectionKind.TypeAlias) !== true;
}

/**
 * Each type of ours that a public name speaks of is public. TypeDoc's own check looks at one package only.
 *
 * @param {import("typedoc").ProjectReflection} project
 */
function typesLeftOut(project) {
  /** @type {Set<string>} */
  const found = new Set();
  for (const owner of Object.values(project.reflections)) {
    const visitor = makeRecursiveVisitor({
      reference(type) {
        if (type.reflection !== undefined || type.refersToTypeParameter) return;
        if ([...FOR_TESTS, ...OPAQUE, ...KEYS_OF].includes(type.name)) return;
        if (type.symbolId?.packageName.startsWith("@kontiki/") !== true) return;
        found.add(`${owner.getFriendlyFullName()} speaks of ${type.name}, which is not exported`);
      },
    });
    for (const type of typesOf(owner)) type?.visit(visitor);
  }
  return [...found].map(translatable);
}

/** @param {import("typedoc").Reflection} owner */
function typesOf(owner) {
  if (owner instanceof DeclarationReflection)
    return [owner.type, ...(owner.implementedTypes ?? [])];
  if (owner instanceof TypeParameterReflection) return [owner.type, owner.default];
  const hasType = owner instanceof SignatureReflection || owner instanceof ParameterReflection;
  return hasType ? [owner.type] : [];
}

/**
 * The logger takes what went through TypeDoc's translations, by its type; ours is English only.
 *
 * @param {string} text
 */
function translatable(text) {
  return /** @type {import("typedoc").TranslatedString} */ (text);
}
