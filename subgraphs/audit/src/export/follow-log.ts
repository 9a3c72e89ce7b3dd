import { setTimeout as sleep } from "node:timers/promises";
import { Database } from "@supergraph/persistence";
import { PersonKeys } from "../personal/person-keys.js";
import { PersonalReader } from "../personal/personal-reader.js";
import { PersonalValueRepository } from "../personal/personal-value.repository.js";
import { WrappingKeys } from "../personal/wrapping-keys.js";
import { TreeRepository } from "../tree/tree.repository.js";
import { ExportRepository } from "./export.repository.js";
import { withoutValues, type ExportedEvent, type ExportedRow } from "./exported-event.js";

const PIECE = 500;
const LOOK_EVERY_MS = 500;

export interface FollowOptions {
  /** The database, as its owner or the audit role reaches it. */
  url: string;
  /** `AUDIT_KEY_ENCRYPTION_KEY` and those before it; without any, people's values are left out. */
  wrappingKeys: readonly Uint8Array[];
  /** The leaf to begin at; unless given, the last `last` of the log. */
  from?: number | undefined;
  last: number;
  signal: AbortSignal;
  /** Told when the database can't be asked; it is asked again. */
  onTrouble: (error: unknown) => void;
}

/** The sealed events of a log in its order, and those that come, as they are sealed, until `signal` ends it. */
export async function* followLog(options: FollowOptions): AsyncGenerator<ExportedEvent[]> {
  const { url, wrappingKeys, signal, onTrouble } = options;
  const database = new Database({ url, schema: "audit", maximumConnections: 1 });
  const rows = new ExportRepository(database);
  const tree = new TreeRepository(database);
  const reveal = revealing(database, wrappingKeys);
  let next = options.from;
  try {
    while (!signal.aborted) {
      try {
        const { size } = await tree.head();
        next ??= Math.max(0, size - options.last);
        const found = await rows.rowsOf({ from: next, to: size, criteria: {}, found: { ofIp: [], ofText: [] } }, PIECE);
        if (found.length > 0) yield await reveal(found);
        // Leaves that retention took are passed over.
        next = found.length === PIECE ? Number(found.at(-1)?.leaf_index) + 1 : Math.max(next, size);
        if (found.length === PIECE) continue;
      } catch (error) {
        onTrouble(error);
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await database.close();
  }
}

function revealing(database: Database, [current, ...previous]: readonly Uint8Array[]) {
  if (!current) return (rows: readonly ExportedRow[]) => Promise.resolve(rows.map(withoutValues));
  const values = new PersonalValueRepository(database);
  const keys = new PersonKeys(new WrappingKeys(current, previous));
  const reader = new PersonalReader(values, keys, () => Buffer.alloc(0));
  return async (rows: readonly ExportedRow[]): Promise<ExportedEvent[]> => {
    const revealed = await reader.reveal(rows.map((row) => ({ ...row, ip: null, user_agent: null })));
    return rows.map((row, index) => {
      const { actor_label = null, ip = null, user_agent = null, entity_label = null } = revealed[index] ?? {};
      const { reason = null, changes = row.changes } = revealed[index] ?? {};
      return { ...withoutValues(row), actor_label, ip, user_agent, entity_label, reason, changes };
    });
  };
}
