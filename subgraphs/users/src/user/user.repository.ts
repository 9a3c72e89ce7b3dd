import {
  readKeysetPage,
  type CursorCodec,
  type Database,
  type Page,
  type PageArguments,
  type SortKey,
} from "@supergraph/persistence";
import type { UserFilter, UserOrder } from "./user.input.js";
import { Theme, UserStatus, type User } from "./user.type.js";

/** A row of `users.person`. */
export interface PersonRow {
  id: string;
  /** Null once the person's data was erased. */
  email: string | null;
  first_name: string;
  last_name: string;
  display_name: string;
  status: UserStatus;
  bio: string | null;
  avatar_url: string | null;
  website: string | null;
  location: string | null;
  time_zone: string;
  locale: string;
  theme: Theme;
  email_notifications: boolean;
  settings: unknown;
  version: number;
  created_at: Date;
  updated_at: Date;
  erased_at: Date | null;
  /** The audit event that records the erasure. */
  erasure_event_id: string | null;
}

export type PersonChange = Partial<Omit<PersonRow, "id" | "version" | "created_at" | "updated_at" | "erased_at">>;

/** What is left of a person: others refer to the id. */
const ERASED: PersonChange = {
  email: null,
  status: UserStatus.DELETED,
  first_name: "Erased",
  last_name: "Person",
  display_name: "Erased person",
  bio: null,
  avatar_url: null,
  website: null,
  location: null,
  time_zone: "UTC",
  locale: "en",
  theme: Theme.SYSTEM,
  email_notifications: false,
  settings: "{}",
};

const SORT_COLUMNS = {
  CREATED_AT: { column: "created_at", type: "timestamptz" },
  EMAIL: { column: "email", type: "text", nullable: true },
  LAST_NAME: { column: "last_name", type: "text" },
} as const;

/** The SQL of `users.person`. */
export class UserRepository {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorCodec,
  ) {}

  async findByIds(ids: readonly string[]): Promise<User[]> {
    const rows = await this.database.run((query) => query<PersonRow>("person").whereIn("id", ids).select("*"));
    return rows.map(userOf);
  }

  async findPage(filter: UserFilter, { field, direction }: UserOrder, page: PageArguments): Promise<Page<PersonRow>> {
    const sortDirection = direction === "ASC" ? "asc" : "desc";
    const sortKeys: SortKey[] = [
      { ...SORT_COLUMNS[field], direction: sortDirection },
      { column: "id", type: "uuid", direction: sortDirection },
    ];
    return this.database.run((query) => {
      const rows = query<PersonRow>("person").select("*");
      if (filter.search) void rows.whereRaw(SEARCH, Array<string>(4).fill(`%${escapedForLike(filter.search)}%`));
      if (filter.status) void rows.where("status", filter.status);
      else void rows.whereNot("status", UserStatus.DELETED);
      if (filter.ids) void rows.whereIn("id", filter.ids);
      if (filter.createdSince) void rows.where("created_at", ">=", filter.createdSince);
      if (filter.createdUntil) void rows.where("created_at", "<", filter.createdUntil);
      return readKeysetPage<PersonRow>({
        rows,
        sortKeys,
        list: `users:${field}:${direction}`,
        page,
        cursors: this.cursors,
        run: (statement) => this.database.run(() => statement),
      });
    });
  }

  /** The person's row, locked until the unit of work ends. */
  async lock(id: string): Promise<PersonRow | undefined> {
    return this.database.run((query) => query<PersonRow>("person").where({ id }).forUpdate().first());
  }

  /** Stores a person unless the id is known already; false then. */
  async insertOnce(
    person: Pick<PersonRow, "id" | "email" | "first_name" | "last_name" | "display_name">,
  ): Promise<boolean> {
    const inserted = await this.database.run((query) =>
      query<PersonRow>("person").insert(person).onConflict("id").ignore().returning("id"),
    );
    return inserted.length > 0;
  }

  /** Changes the person and counts the version up; undefined when `expectedVersion` is not the stored one. */
  async update(id: string, change: PersonChange, expectedVersion?: number): Promise<User | undefined> {
    const row = await this.updateRow(id, change, expectedVersion);
    return row && userOf(row);
  }

  /** Leaves a row that says nothing of the person, and returns it. */
  async erase(id: string, erasureEventId: string): Promise<PersonRow | undefined> {
    return this.updateRow(id, { ...ERASED, erasure_event_id: erasureEventId, erased_at: "now" });
  }

  async delete(id: string): Promise<void> {
    await this.database.run((query) => query<PersonRow>("person").where({ id }).delete());
  }

  private async updateRow(
    id: string,
    change: PersonChange & { erased_at?: "now" },
    expectedVersion?: number,
  ): Promise<PersonRow | undefined> {
    const [row] = await this.database.run((query) => {
      const update = query("person")
        .where({ id })
        .update({ ...change, version: query.raw("version + 1"), updated_at: query.fn.now() })
        .returning<PersonRow[]>("*");
      if (expectedVersion !== undefined) void update.where({ version: expectedVersion });
      return update;
    });
    return row;
  }
}

const SEARCH = "(first_name ilike ? or last_name ilike ? or display_name ilike ? or email ilike ?)";

function escapedForLike(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

export function userOf(row: PersonRow): User {
  return {
    id: row.id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    displayName: row.display_name,
    status: row.status,
    profile: {
      bio: row.bio,
      avatarUrl: row.avatar_url,
      website: row.website,
      location: row.location,
      timeZone: row.time_zone,
      locale: row.locale,
      theme: row.theme,
      emailNotifications: row.email_notifications,
    },
    settings: row.settings,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
