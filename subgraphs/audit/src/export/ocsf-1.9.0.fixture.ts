import { z } from "zod";

/**
 * What OCSF 1.9.0 asks of events of the three classes that an export holds, for the attributes that ours have: which
 * there are, of what type, which are required, which of several there must be, and what their numbers mean. Written
 * after the classes that https://schema.ocsf.io/api/1.9.0 serves (authentication, entity_management, api_activity;
 * objects metadata, user and resource_details, as of 2026-08-05) and the objects of the ocsf-schema repository, without
 * profiles: those attributes that a profile would add are unknown here, as they are to OCSF. Strict: what is not
 * here is refused.
 */
const text = z.string().min(1);
const milliseconds = z.int().min(1_000_000_000_000);

function atLeastOne<Shape extends z.core.$ZodShape>(shape: Shape, ...names: (keyof Shape & string)[]) {
  return z.strictObject(shape).refine((value) => names.some((name) => name in value), `one of ${names.join(", ")}`);
}

const user = atLeastOne(
  { uid: text.optional(), name: text.optional(), type_id: z.literal([0, 1, 2, 3, 4, 99]), type: text.optional() },
  "uid",
  "name",
);
const bareUser = user.or(atLeastOne({ uid: text.optional(), name: text.optional() }, "uid", "name"));
const service = atLeastOne({ name: text.optional(), uid: text.optional() }, "name", "uid");
const endpoint = atLeastOne({ ip: z.ipv4().or(z.ipv6()).optional(), name: text.optional() }, "ip", "name");
const entity = atLeastOne(
  {
    uid: text.optional(),
    name: text.optional(),
    type_id: z.literal([0, 1, 2, 3, 4, 5, 6, 7, 99]).optional(),
    type: text.optional(),
    version: text.optional(),
    user: bareUser.optional(),
  },
  "uid",
  "name",
  "user",
);

const base = {
  metadata: z.strictObject({
    version: z.literal("1.9.0"),
    product: atLeastOne({ name: text.optional(), uid: text.optional(), vendor_name: text.optional() }, "name", "uid"),
    uid: text.optional(),
    sequence: z.int().optional(),
    event_code: text.optional(),
    log_name: text.optional(),
    log_source: text.optional(),
    correlation_uid: text.optional(),
    original_time: text.optional(),
    logged_time: milliseconds.optional(),
  }),
  time: milliseconds,
  severity_id: z.literal([0, 1, 2, 3, 4, 5, 6, 99]),
  severity: text.optional(),
  status_id: z.literal([0, 1, 2, 99]).optional(),
  status: text.optional(),
  status_code: text.optional(),
  status_detail: text.optional(),
  activity_id: z.int(),
  activity_name: text.optional(),
  type_uid: z.int(),
  type_name: text.optional(),
  http_request: z.strictObject({ user_agent: text.optional() }).optional(),
  unmapped: z.record(text, z.unknown()).optional(),
};
const actor = atLeastOne(
  { user: user.optional(), session: z.strictObject({ uid: text.optional() }).optional() },
  "user",
  "session",
);
const iam = {
  ...base,
  category_uid: z.literal(3),
  category_name: z.literal("Identity & Access Management").optional(),
  actor: actor.optional(),
  src_endpoint: endpoint.optional(),
};

const SEVERITIES: Record<number, string> = { 1: "Informational", 2: "Low", 3: "Medium", 4: "High" };
const STATUSES: Record<number, string> = { 1: "Success", 2: "Failure" };

interface Classified {
  class_uid: number;
  class_name?: string | undefined;
  activity_id: number;
  activity_name?: string | undefined;
  type_uid: number;
  type_name?: string | undefined;
  severity_id: number;
  severity?: string | undefined;
  status_id?: number | undefined;
  status?: string | undefined;
}

/** Captions and numbers that go together: an activity of 99 has a name of its own, all others have the schema's. */
function consistent<Schema extends z.ZodType<Classified>>(schema: Schema, activities: Record<number, string>) {
  return schema
    .refine(({ activity_id }) => activity_id === 99 || activity_id in activities, "no such activity")
    .refine(({ class_uid, activity_id, type_uid }) => type_uid === class_uid * 100 + activity_id, "another type_uid")
    .refine(
      ({ activity_id, activity_name }) =>
        activity_id === 99
          ? activity_name !== undefined && !Object.values(activities).includes(activity_name)
          : (activity_name ?? activities[activity_id]) === activities[activity_id],
      "another activity_name",
    )
    .refine(
      ({ class_name, activity_name, type_name }) =>
        type_name === undefined || type_name === `${class_name}: ${activity_name}`,
      "another type_name",
    )
    .refine(({ severity_id, severity }) => (severity ?? SEVERITIES[severity_id]) === SEVERITIES[severity_id])
    .refine(({ status_id = 0, status }) => (status ?? STATUSES[status_id]) === STATUSES[status_id], "another status");
}

const CRUD = { 1: "Create", 2: "Read", 3: "Update", 4: "Delete" };

/** By class_uid. */
export const ocsfSchemas = {
  3002: consistent(
    atLeastOne(
      {
        ...iam,
        class_uid: z.literal(3002),
        class_name: z.literal("Authentication").optional(),
        user,
        service: service.optional(),
        dst_endpoint: endpoint.optional(),
        account_switch_type_id: z.literal([0, 1, 2, 99]).optional(),
        account_switch_type: z.literal("Impersonate").optional(),
      },
      "service",
      "dst_endpoint",
    ),
    {
      0: "Unknown",
      1: "Logon",
      2: "Logoff",
      3: "Authentication Ticket",
      4: "Service Ticket Request",
      5: "Service Ticket Renew",
      6: "Preauth",
      7: "Account Switch",
    },
  ),
  3004: consistent(
    z.strictObject({
      ...iam,
      class_uid: z.literal(3004),
      class_name: z.literal("Entity Management").optional(),
      entity,
      updated_entity: entity.optional(),
      comment: text.optional(),
    }),
    {
      0: "Unknown",
      ...CRUD,
      5: "Move",
      6: "Enroll",
      7: "Unenroll",
      8: "Enable",
      9: "Disable",
      10: "Activate",
      11: "Deactivate",
      12: "Suspend",
      13: "Resume",
    },
  ),
  6003: consistent(
    z.strictObject({
      ...base,
      category_uid: z.literal(6),
      category_name: z.literal("Application Activity").optional(),
      class_uid: z.literal(6003),
      class_name: z.literal("API Activity").optional(),
      actor,
      src_endpoint: endpoint,
      api: z.strictObject({
        operation: text,
        service: service.optional(),
        request: z.strictObject({ uid: text }).optional(),
      }),
      resources: z
        .array(
          atLeastOne(
            {
              uid: text.optional(),
              name: text.optional(),
              type: text.optional(),
              version: text.optional(),
              role_id: z.literal([0, 1, 2, 3, 4, 99]).optional(),
              role: z.literal("Target").optional(),
            },
            "uid",
            "name",
          ),
        )
        .optional(),
    }),
    { 0: "Unknown", ...CRUD },
  ),
};
