import { InclusionProofs, rangeHashes, type NoteSigner } from "@supergraph/audit-proof";
import { SystemError } from "@supergraph/errors";
import type { SubgraphContext } from "@supergraph/subgraph";
import { askedOf, underColumnNames } from "../audit-event/asked.js";
import { AuditEventAccess } from "../audit-event/audit-event.access.js";
import { criteriaOf, type AuditEventCriteria } from "../audit-event/audit-event.criteria.js";
import type { AuditEventRepository } from "../audit-event/audit-event.repository.js";
import { refuseUnknownActions } from "../audit-event/known-actions.js";
import { textsFoundBy } from "../audit-event/matching.repository.js";
import type { CheckpointRepository, CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { PersonalReader } from "../personal/personal-reader.js";
import type { TreeRepository } from "../tree/tree.repository.js";
import type { ExportRepository } from "./export.repository.js";
import type { EventExporter, ExportedEvent } from "./exported-event.js";
import { writers } from "./formats.js";
import { exportQueryOf, type ExportQuery, type QueryString } from "./query.js";

/** Rows that are in memory at one time. */
const PIECE = 250;
/** Characters that are handed on at one time: V8 frees larger texts late, and the process would grow. */
const CHUNK = 32_768;
/** Leaves that one statement looks through for what a filter finds. */
const WINDOW = 20_000;

export interface ExportServiceParts {
  events: AuditEventRepository;
  rows: ExportRepository;
  exporter: EventExporter;
  reader: PersonalReader;
  tree: TreeRepository;
  checkpoints: CheckpointRepository;
  signer: NoteSigner;
}

/** An export that has been allowed and recorded: what is left is to write it. */
export interface BegunExport {
  format: ExportQuery["format"];
  lines: AsyncGenerator<string>;
}

/** Exports the log, or what a filter finds of it, as a stream of any length. */
export class ExportService {
  constructor(private readonly parts: ExportServiceParts) {}

  /**
   * Begins an export for the caller of a request: whoever may not read all must ask for what they did themselves. It
   * leaves one event, also when it is refused, and ends with the newest checkpoint.
   * @throws SystemError SIGN_IN_REQUIRED, PERMISSION_MISSING, INVALID_INPUT
   */
  async begin(context: SubgraphContext, query: QueryString): Promise<BegunExport> {
    const { caller, audit } = context;
    const access = new AuditEventAccess(context);
    const attempt = { action: "audit.export", identity: caller.identity, path: "/audit/export" };
    return audit.attempt(attempt, async () => {
      const asked = exportQueryOf(query);
      const criteria = criteriaOf(asked.filter);
      audit.describe({ metadata: { ...askedOf(criteria), ...withoutFilter(asked) } });
      if (!access.isOwn(criteria.userId)) caller.require("audit:read");
      await this.#refuseUnknownActions(criteria);
      const checkpoint = await this.parts.checkpoints.last();
      if (!checkpoint) throw new SystemError("NOT_READY");
      return { format: asked.format, lines: this.#lines(asked, criteria, checkpoint) };
    });
  }

  async #refuseUnknownActions({ actions = [], userId }: AuditEventCriteria): Promise<void> {
    const held = new Set(await this.parts.events.actionsAmong(actions, userId));
    await refuseUnknownActions(actions, (action) => Promise.resolve(held.has(action)));
  }

  /** A line an event, in the log's order, as the log was when the export began. */
  async *#lines(asked: ExportQuery, criteria: AuditEventCriteria, checkpoint: CheckpointRow): AsyncGenerator<string> {
    const { tree, signer } = this.parts;
    const writer = writers[asked.format];
    const size = Number(checkpoint.tree_size);
    const to = Math.min(asked.toLeaf ?? size, size);
    const paths = asked.proofs ? new InclusionProofs(size, tree.read) : undefined;
    // What goes on is the rest of a file that has its head, and whose first lines are counted by their leaves.
    let from = asked.beganAt;
    let count = asked.beganAt === undefined ? 0 : asked.fromLeaf - asked.beganAt;
    if (asked.beganAt === undefined) yield writer.head();
    for await (const events of this.#events(asked.fromLeaf, to, criteria)) {
      from ??= events[0]?.leaf_index;
      count += events.length;
      let text = "";
      for (const event of events) {
        const proof = paths && (await paths.of(event.leaf_index)).map((hash) => hash.toString("hex"));
        text += writer.line(proof ? { ...event, proof } : event);
        if (text.length < CHUNK) continue;
        yield text;
        text = "";
      }
      yield text;
    }
    const isWhole = Object.keys(criteria).length === 0 && from !== undefined && count === to - from;
    yield writer.end({
      checkpoint: checkpoint.note,
      verifier_key: signer.verifierKey,
      version: 1,
      filter: underColumnNames(criteria),
      range: isWhole && from !== undefined ? await this.#range(from, to, size) : null,
      count,
    });
  }

  async #range(from: number, to: number, size: number) {
    const hex = async (begin: number, end: number) =>
      (await rangeHashes(begin, end, this.parts.tree.read)).map((hash) => hash.toString("hex"));
    return { from, to, before: await hex(0, from), after: await hex(to, size) };
  }

  async *#events(from: number, to: number, criteria: AuditEventCriteria): AsyncGenerator<ExportedEvent[]> {
    const found = await textsFoundBy(criteria, this.parts.reader);
    for (let next = from; next < to;) {
      const end = Math.min(next + WINDOW, to);
      const rows = await this.parts.rows.rowsOf({ from: next, to: end, criteria, found }, PIECE);
      const last = rows.at(-1);
      if (rows.length > 0) yield await this.parts.exporter.reveal(rows);
      next = last && rows.length === PIECE ? Number(last.leaf_index) + 1 : end;
    }
  }
}

function withoutFilter({ format, proofs, fromLeaf, toLeaf, beganAt }: ExportQuery): Record<string, unknown> {
  return {
    ...{ format, proofs, from_leaf: fromLeaf },
    ...(toLeaf !== undefined && { to_leaf: toLeaf }),
    ...(beganAt !== undefined && { began_at: beganAt }),
  };
}
