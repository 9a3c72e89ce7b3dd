import { changesBetween, type AuditTrail } from "@supergraph/audit-trail";
import { SystemError, type FieldProblem } from "@supergraph/errors";
import { scopeOf } from "@supergraph/identity";
import { isId } from "@supergraph/persistence";
import { loaderById, type Caller } from "@supergraph/subgraph";
import type DataLoader from "dataloader";
import type { EntityModel } from "../entity/model.js";
import type { Supergraph } from "../supergraph/supergraph.js";
import type { SupergraphPublisher } from "../supergraph/supergraph-publisher.js";
import { definitionProblems, targetProblems } from "./definition-rules.js";
import type { EntityTypeDefinition, EntityTypeDraft } from "./definition.js";
import type { EntityTableRepository } from "./entity-table.repository.js";
import { draftOf, type EntityTypeInput } from "./entity-type.input.js";
import type { EntityCount, EntityTypeRepository } from "./entity-type.repository.js";
import { collisionProblems } from "./name-collisions.js";

export interface EntityTypeParts {
  types: EntityTypeRepository;
  tables: EntityTableRepository;
  publisher: SupergraphPublisher;
  supergraph: Supergraph;
  audit: AuditTrail;
}

/** The rules of entity types, for one caller. */
export class EntityTypeService {
  readonly #counts: DataLoader<string, EntityCount | null>;

  constructor(
    private readonly caller: Caller,
    private readonly model: EntityModel,
    private readonly parts: EntityTypeParts,
  ) {
    this.#counts = loaderById(
      (names) => this.#count(names),
      ({ name }) => name,
    );
  }

  /** Those that the caller may read something of. */
  list(): EntityTypeDefinition[] {
    return [...this.model.values()].filter(({ name }) => this.#isVisible(name));
  }

  find(name: string): EntityTypeDefinition | null {
    return this.#isVisible(name) ? (this.model.get(name) ?? null) : null;
  }

  /** Of those that the caller may read. */
  async entityCount({ name }: EntityTypeDefinition): Promise<number> {
    return (await this.#counts.load(name))?.count ?? 0;
  }

  /**
   * Defines a type: its table, its row in the registry and the supergraph that has it come to be together or not at
   * all. When this returns, this process serves it; the response says which supergraph the gateway has to wait for.
   * @throws SystemError DEFINITION_INVALID that names everything that is wrong; NAME_TAKEN
   */
  async define(input: EntityTypeInput): Promise<EntityTypeDefinition> {
    const { types, tables, publisher, supergraph, audit } = this.parts;
    const draft = draftOf(input);
    audit.describe({ target: { type: "EntityType", id: draft.name, label: draft.name } });
    // Without names that are right there is nothing to hold against others, and nothing to lock for.
    const problems = [...definitionProblems(draft), ...(await this.#patternProblems(draft))];
    await publisher.lock();
    const existing = await types.findAll();
    problems.push(
      ...targetProblems(draft, new Set(existing.map(({ name }) => name))),
      ...collisionProblems(draft, publisher.takenNames(existing)),
    );
    if (existing.some(({ name }) => name === draft.name)) {
      const message = `there is an entity type ${draft.name} already`;
      throw new SystemError("NAME_TAKEN", {
        message: `input.name: ${message}`,
        fields: [{ path: "input.name", message }],
      });
    }
    if (problems.length > 0) throw definitionInvalid(problems);
    const candidate = candidateOf(draft);
    const composed = await publisher.compose([...existing, candidate]);
    if ("problems" in composed) {
      throw definitionInvalid(
        composed.problems.map(({ code, message }) => ({ path: "input", message: `${code}: ${message}` })),
      );
    }
    await tables.create(draft);
    const defined = await types.insert(draft, this.#author);
    const version = await publisher.store(composed);
    await supergraph.adoptAfterCommit(version);
    const { description, pluralName, fields, uniqueTogether } = draft;
    audit.describe({
      target: { type: "EntityType", id: draft.name, label: draft.name, version: defined.version },
      changes: changesBetween({}, { pluralName, description, fields, uniqueTogether }),
      metadata: { supergraphVersion: version },
    });
    return defined;
  }

  get #author(): string | null {
    const id = this.caller.id;
    return id !== undefined && isId(id) ? id : null;
  }

  #mayReadAll(): boolean {
    return this.caller.may("entity-types:read") || this.caller.may("entity-types:manage");
  }

  #isVisible(typeName: string): boolean {
    return this.#mayReadAll() || scopeOf(this.caller.claims?.permissions ?? [], typeName, "read") !== "none";
  }

  async #count(names: readonly string[]): Promise<EntityCount[]> {
    const permissions = this.caller.claims?.permissions ?? [];
    const isOwn = (name: string) => !this.#mayReadAll() && scopeOf(permissions, name, "read") === "own";
    return this.parts.types.countEntities(
      names.map((name) => ({ name, createdBy: isOwn(name) ? (this.#author ?? undefined) : undefined })),
    );
  }

  async #patternProblems({ fields }: EntityTypeDraft): Promise<FieldProblem[]> {
    const problems: FieldProblem[] = [];
    for (const [index, { pattern, defaultValue }] of fields.entries()) {
      if (pattern === null || pattern.includes("\0")) continue;
      const text = typeof defaultValue === "string" && !defaultValue.includes("\0") ? defaultValue : null;
      const message = await this.parts.types.patternProblem(pattern.slice(0, 200), text);
      if (message !== undefined) problems.push({ path: `input.fields[${index}].pattern`, message });
    }
    return problems;
  }
}

function candidateOf(draft: EntityTypeDraft): EntityTypeDefinition {
  return { ...draft, version: 1, createdAt: new Date(), updatedAt: new Date(), createdBy: null };
}

function definitionInvalid(problems: FieldProblem[]): SystemError {
  return new SystemError("DEFINITION_INVALID", {
    message: problems.map(({ path, message }) => `${path}: ${message}`).join("; "),
    fields: problems,
  });
}
