import { describe, expect, it } from "vitest";
import { entityType, field } from "../fixtures/definition.fixture.js";
import { definitionProblems, targetProblems } from "./definition-rules.js";
import { ReferenceAction, type FieldDefinition } from "./definition.js";
import { FieldKind } from "./field-kind.js";

const { BOOLEAN, DATE, DECIMAL, ENUM, FLOAT, INT, JSON, REFERENCE, STRING, TEXT } = FieldKind;
const pathsOf = (problems: { path: string }[]) => problems.map(({ path }) => path);
const ofField = (one: FieldDefinition) => pathsOf(definitionProblems(entityType("Product", [one])));

describe("a definition", () => {
  it("of every kind of field is right", () => {
    const fields = Object.values(FieldKind).map((kind) => field(`a${kind.toLowerCase()}`, kind));
    expect(definitionProblems(entityType("Product", fields))).toEqual([]);
  });

  it.each(["product", "Pro_duct", "", "1A", "Prodüct", `P${"a".repeat(63)}`, "A b"])(
    "is refused the type's name %j",
    (name) => {
      expect(pathsOf(definitionProblems(entityType(name, [field("a", INT)], { pluralName: "all" })))).toEqual([
        "input.name",
      ]);
    },
  );

  it("has 1 to 200 fields", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => field(`f${index}x`, INT));
    expect(pathsOf(definitionProblems(entityType("Product", [])))).toEqual(["input.fields"]);
    expect(definitionProblems(entityType("Product", many(200)))).toEqual([]);
    expect(pathsOf(definitionProblems(entityType("Product", many(201))))).toEqual(["input.fields"]);
  });

  it("has no two fields whose names differ in capitals alone", () => {
    const problems = definitionProblems(entityType("Product", [field("taxId", INT), field("taxID", INT)]));
    expect(problems).toEqual([{ path: "input.fields[1].name", message: "taxID is too like taxId" }]);
  });

  it("adds no GraphQL type twice", () => {
    const problems = definitionProblems(entityType("Product", [field("orderField", ENUM)]));
    expect(pathsOf(problems)).toEqual(["input.fields[0].name"]);
  });

  it("is unique together by two plain fields or more, that fit an index", () => {
    const long = { maxLength: 500 };
    const fields = [
      field("a", STRING),
      field("b", INT),
      field("c", JSON),
      field("d", STRING, long),
      field("e", STRING, long),
    ];
    const together = (...names: string[]) =>
      definitionProblems(entityType("Product", fields, { uniqueTogether: [names] })).length;
    expect([
      together("a", "b"),
      together("a"),
      together("a", "a"),
      together("a", "c"),
      together("a", "z"),
      together("d", "e"),
    ]).toEqual([0, 1, 1, 1, 1, 1]);
  });
});

describe("a field", () => {
  it.each(["id", "version", "createdAt", "entityType", "auditEvents", "history", "and", "not", "xmin", "toString"])(
    "can't be named %s, which is reserved",
    (name) => expect(ofField(field(name, INT))).toContain("input.fields[0].name"),
  );

  it.each(["Name", "__typename", "snake_case", "", "ümlaut", "a-b", `a${"b".repeat(63)}`])(
    "can't be named %j",
    (name) => expect(ofField(field(name, INT))).toEqual(["input.fields[0].name"]),
  );

  it.each<[string, FieldKind, Partial<FieldDefinition>]>([
    ["unique", TEXT, { unique: true }],
    ["unique", STRING, { unique: true, list: true }],
    ["unique", STRING, { unique: true, maxLength: 1_000 }],
    ["indexed", TEXT, { indexed: true }],
    ["enumValues", ENUM, { enumValues: [] }],
    ["enumValues", ENUM, { enumValues: ["A", "A"] }],
    ["enumValues", ENUM, { enumValues: ["null"] }],
    ["enumValues", ENUM, { enumValues: ["__A"] }],
    ["enumValues", ENUM, { enumValues: ["a-b"] }],
    ["enumValues", INT, { enumValues: ["A"] }],
    ["target", REFERENCE, { target: null }],
    ["target", INT, { target: "User" }],
    ["list", REFERENCE, { list: true }],
    ["onDelete", REFERENCE, { target: "Product", required: true, onDelete: ReferenceAction.SET_NULL }],
    ["minimum", STRING, { minimum: "1" }],
    ["maximum", DECIMAL, { minimum: "10", maximum: "9.99" }],
    ["maxLength", INT, { maxLength: 1 }],
    ["maxLength", STRING, { maxLength: 4_001 }],
    ["maxLength", STRING, { maxLength: 0 }],
    ["pattern", INT, { pattern: "a" }],
    ["pattern", STRING, { pattern: "a", list: true }],
    ["pattern", STRING, { pattern: "(a)\\1" }],
    ["pattern", STRING, { pattern: "a".repeat(201) }],
    ["defaultValue", INT, { defaultValue: "1" }],
    ["defaultValue", INT, { defaultValue: 5, maximum: "4" }],
    ["defaultValue", BOOLEAN, { defaultValue: 0 }],
    ["defaultValue", DATE, { defaultValue: "2026-02-30" }],
    ["defaultValue", ENUM, { defaultValue: "UP" }],
    ["defaultValue", STRING, { defaultValue: "x".repeat(256) }],
    ["defaultValue", STRING, { defaultValue: "a", list: true }],
    ["defaultValue", STRING, { defaultValue: [null], list: true }],
    ["defaultValue", STRING, { defaultValue: "a", unique: true }],
    ["defaultValue", REFERENCE, { defaultValue: "01900000-0000-7000-8000-000000000000" }],
  ])("is refused its %s: %s %j", (argument, kind, more) => {
    expect(ofField(field("a", kind, more))).toEqual([`input.fields[0].${argument}`]);
  });

  it.each<[FieldKind, Partial<FieldDefinition>]>([
    [STRING, { unique: true, required: true, maxLength: 600, pattern: "^a+$" }],
    [DECIMAL, { minimum: "-1.5", maximum: "-1.5", defaultValue: "-1.5" }],
    [FLOAT, { minimum: "0", defaultValue: 0.5 }],
    [JSON, { indexed: true, defaultValue: { a: [] } }],
    [STRING, { list: true, indexed: true, defaultValue: [] }],
    [ENUM, { enumValues: ["_A", "a1", "B_b"], defaultValue: "_A" }],
  ])("may be %s %j", (kind, more) => {
    expect(ofField(field("a", kind, more))).toEqual([]);
  });
});

describe("a reference", () => {
  const targetOf = (target: string, more: Partial<FieldDefinition> = {}) =>
    pathsOf(targetProblems(entityType("Product", [field("a", REFERENCE, { target, ...more })]), new Set(["Shop"])));

  it("is to a type that there is, to a person, or to its own type", () => {
    expect(["Shop", "User", "Product"].flatMap((target) => targetOf(target))).toEqual([]);
    expect(targetOf("Store")).toEqual(["input.fields[0].target"]);
  });

  it("to its own type is not required: the first one would have none to refer to", () => {
    expect(targetOf("Product", { required: true })).toEqual(["input.fields[0].required"]);
  });

  it("to a person settles nothing on deletion", () => {
    expect(targetOf("User", { onDelete: ReferenceAction.CASCADE })).toEqual(["input.fields[0].onDelete"]);
  });
});
