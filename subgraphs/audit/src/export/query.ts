import { invalidInput, SystemError, type FieldProblem } from "@supergraph/errors";
import { z } from "zod";
import { criteriaOf } from "../audit-event/audit-event.criteria.js";
import type { AuditEventFilter } from "../audit-event/audit-event.input.js";
import { AuditOutcome } from "../audit-event/audit-event.type.js";

export interface ExportQuery {
  format: "ndjson" | "csv" | "ocsf";
  filter: AuditEventFilter;
  /** The first leaf that may be in it: where an export that broke off goes on. */
  fromLeaf: number;
  /** The first leaf that may not be in it; undefined: all may. */
  toLeaf: number | undefined;
  /** The leaf that the export which goes on at `fromLeaf` had begun with; undefined: this one begins by itself. */
  beganAt: number | undefined;
  /** Whether each event brings its inclusion proof. */
  proofs: boolean;
}

/** As Fastify reads a query string: an array is a parameter that was given more than once. */
export type QueryString = Readonly<Record<string, string | readonly string[] | undefined>>;

const words = (values: readonly string[]) => `must be ${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
const FORMATS = ["ndjson", "csv", "ocsf"] as const;
const moment = z.iso
  .datetime({
    offset: true,
    error: "must be a moment of RFC 3339, e.g. 2026-01-31T00:00:00Z (a + in it is written %2B)",
  })
  .transform((text) => new Date(text));
const leaf = z
  .string()
  .regex(/^\d{1,15}$/, "must be the index of a leaf: a whole number, from 0")
  .transform(Number);

const parameters = z.strictObject({
  format: z.enum(FORMATS, words(FORMATS)).default("ndjson"),
  user_id: z.string().optional(),
  entity_id: z.string().optional(),
  entity_type: z.string().optional(),
  actions: z
    .array(z.string())
    .transform((given) => given.flatMap((actions) => actions.split(",")))
    .optional(),
  action_prefix: z.string().optional(),
  outcome: z
    .string()
    .toLowerCase()
    .pipe(z.enum(AuditOutcome, words(Object.values(AuditOutcome))))
    .optional(),
  service: z.string().optional(),
  request_id: z.string().optional(),
  trace_id: z.string().optional(),
  session_id: z.string().optional(),
  ip: z.string().optional(),
  since: moment.optional(),
  until: moment.optional(),
  text: z.string().optional(),
  from_leaf: leaf.default(0),
  to_leaf: leaf.optional(),
  began_at: leaf.optional(),
  proofs: z
    .enum(["true", "false"], words(["true", "false"]))
    .default("false")
    .transform((value) => value === "true"),
});
type Parameters = z.output<typeof parameters>;

/**
 * What a query string of `GET /audit/export` asks for.
 * @throws SystemError INVALID_INPUT that names each parameter at fault, as it is called in the query
 */
export function exportQueryOf(query: QueryString): ExportQuery {
  const { given, problems } = onceGiven(query);
  const issues = parameters.safeParse(given).error?.issues ?? [];
  problems.push(...issues.flatMap(problemsOf));
  // What is right by itself may be wrong together with the rest.
  const faulty = new Set(problems.map(({ path }) => path));
  const sound = parameters.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !faulty.has(name))));
  const filter = filterOf(sound);
  problems.push(...problemsOfFilter(filter), ...problemsOfRange(sound), ...problemsOfGoingOn(sound, filter));
  const [first, ...others] = problems;
  if (first) throw invalidInput(first, ...others);
  const { format, from_leaf, to_leaf, began_at, proofs } = sound;
  return { format, filter, fromLeaf: from_leaf, toLeaf: to_leaf, beganAt: began_at, proofs };
}

function onceGiven(query: QueryString) {
  const problems: FieldProblem[] = [];
  const given: [string, unknown][] = [];
  for (const [name, value] of Object.entries(query)) {
    if (name === "actions") given.push([name, [value].flat()]);
    else if (typeof value === "string") given.push([name, value]);
    else if (value !== undefined) problems.push({ path: name, message: "must be given once" });
  }
  return { given: Object.fromEntries(given), problems };
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code !== "unrecognized_keys") return [{ path: String(issue.path[0]), message: issue.message }];
  return issue.keys.map((path) => ({ path, message: "is no parameter of an export" }));
}

function filterOf(given: Parameters): AuditEventFilter {
  const filter = {
    userId: given.user_id,
    entityId: given.entity_id,
    entityType: given.entity_type,
    actions: given.actions,
    actionPrefix: given.action_prefix,
    outcome: given.outcome,
    service: given.service,
    requestId: given.request_id,
    traceId: given.trace_id,
    sessionId: given.session_id,
    ip: given.ip,
    since: given.since,
    until: given.until,
    text: given.text,
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** What the filter of `auditEvents` would refuse, under the names of the query. */
function problemsOfFilter(filter: AuditEventFilter): FieldProblem[] {
  try {
    criteriaOf(filter);
    return [];
  } catch (error) {
    if (!(error instanceof SystemError) || error.reason !== "INVALID_INPUT") throw error;
    const fields = error.extensions.fields as FieldProblem[];
    return fields.map(({ path, message }) => ({ path: nameInQuery(path), message }));
  }
}

/** Of `filter.userId` it is `user_id`, of `actions.1` it is `actions`. */
function nameInQuery(path: string): string {
  const [name = ""] = path.replace(/^filter\./, "").split(".");
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function problemsOfRange({ format, proofs, from_leaf, to_leaf = Infinity }: Parameters): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (proofs && format !== "ndjson")
    problems.push({ path: "proofs", message: "stand in an export of format ndjson alone" });
  if (to_leaf < from_leaf) {
    problems.push({ path: "from_leaf", message: "must not be after to_leaf" });
    problems.push({ path: "to_leaf", message: "must not be before from_leaf" });
  }
  return problems;
}

/** One checkpoint proves both parts: of all leaves it can, of chosen ones the first part's paths lead to an older one. */
function problemsOfGoingOn(
  { format, proofs, from_leaf, began_at }: Parameters,
  filter: AuditEventFilter,
): FieldProblem[] {
  if (began_at === undefined) return [];
  const problem = (message: string) => [{ path: "began_at", message }];
  if (began_at > from_leaf) return problem("must not be after from_leaf");
  if (proofs) return problem("can't go with proofs: leave them out, what has no filter proves itself without");
  if (format === "ndjson" && Object.keys(filter).length > 0)
    return problem(
      "can't go with a filter in ndjson: export anew, or in parts from from_leaf to to_leaf, each of which proves itself",
    );
  return [];
}
