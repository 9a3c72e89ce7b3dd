import { isId, type Page, type PageArguments } from "@supergraph/persistence";
import DataLoader from "dataloader";
import { digestOf, type AuditEventCriteria } from "./audit-event.criteria.js";
import type { AuditEventRepository, AuditEventRow, Owner } from "./audit-event.repository.js";

const MAXIMUM_BATCH = 500;

/** An id that is none belongs to nobody, who did nothing. */
const NOTHING: Page<AuditEventRow> = {
  rows: [],
  cursors: [],
  hasNextPage: false,
  hasPreviousPage: false,
  totalCount: () => Promise.resolve(0),
};

/** For one request: the events of many users or entities, asked for with the same arguments, are read together. */
export class AuditEventLoader {
  readonly #firstPages = new Map<string, DataLoader<string, Page<AuditEventRow>>>();

  constructor(private readonly repository: AuditEventRepository) {}

  /** A page of an owner's events. Only first pages come in numbers: a cursor belongs to one owner's list. */
  load(
    owner: Owner,
    id: string,
    criteria: AuditEventCriteria,
    page: Pick<PageArguments, "first" | "after">,
  ): Promise<Page<AuditEventRow>> {
    if (owner === "user" && !isId(id)) return Promise.resolve(NOTHING);
    if (page.after != null) return this.repository.pageOf(owner, id, criteria, page);
    return this.#loaderOf(owner, criteria, page.first).load(id);
  }

  #loaderOf(owner: Owner, criteria: AuditEventCriteria, first: number | null | undefined) {
    const key = `${owner} ${first ?? "default"} ${digestOf(criteria)}`;
    const loader =
      this.#firstPages.get(key) ??
      new DataLoader((ids: readonly string[]) => this.repository.firstPagesOf(owner, ids, criteria, first), {
        maxBatchSize: MAXIMUM_BATCH,
      });
    this.#firstPages.set(key, loader);
    return loader;
  }
}
