import type { Permission } from "@supergraph/identity";
import { Directive, Extensions, createMethodMiddlewareDecorator, type MiddlewareFn } from "type-graphql";
import type { SubgraphContext } from "./context.js";
import type { AuditDeclaration, Field } from "./field-attempt.js";
import { recordRefusedRead } from "./refused-reads.js";

/** Who may call a root field; each must say so, and a subgraph with one that doesn't refuses to start. */
export type Access = { kind: "public" } | { kind: "signed-in" } | { kind: "permitted"; anyOf: readonly Permission[] };

/** Runs `next` for a caller who has `access`; a read that is refused leaves an event of its own. */
export async function withAccess<T>(
  access: Access,
  context: SubgraphContext,
  info: Field,
  next: () => Promise<T>,
): Promise<T> {
  if (access.kind === "signed-in") context.caller.signedIn();
  if (access.kind === "permitted") {
    const [first = ""] = access.anyOf;
    try {
      context.caller.require(...access.anyOf);
    } catch (error) {
      await recordRefusedRead(error, context, info, { action: actionOf(first) });
      throw error;
    }
  }
  return next();
}

/** `resource.action` of a permission. */
function actionOf(permission: Permission): string {
  return permission.split(":").slice(0, 2).join(".");
}

/** Only who holds one of the permissions gets in; `@requiresScopes` says so in the supergraph. */
export function Permits(...anyOf: [Permission, ...Permission[]]): MethodDecorator {
  const scopes = anyOf.map((permission) => `["${permission}"]`).join(", ");
  return accessDecorator({ kind: "permitted", anyOf }, `@requiresScopes(scopes: [${scopes}])`);
}

/** Only who has signed in gets in; `@authenticated` says so in the supergraph. */
export function SignedIn(): MethodDecorator {
  return accessDecorator({ kind: "signed-in" }, "@authenticated");
}

/** Everybody gets in; what they see of a row is for the service to say. */
export function Public(): MethodDecorator {
  return accessDecorator({ kind: "public" }, undefined);
}

/**
 * Every call leaves one audit event: of a mutation in its own unit of work, of a query before it has its answer. Stands
 * above `@Permits`: a denial is audited too.
 */
export function Audited(declaration: AuditDeclaration): MethodDecorator {
  return Extensions({ audited: declaration });
}

function accessDecorator(access: Access, directive: string | undefined): MethodDecorator {
  return decorators(
    Extensions({ access }),
    ...(directive === undefined ? [] : [Directive(directive) as MethodDecorator]),
    middleware(({ context, info }, next) => withAccess(access, context, info, next)),
  );
}

function middleware(use: MiddlewareFn<SubgraphContext>): MethodDecorator {
  return createMethodMiddlewareDecorator<SubgraphContext>(use);
}

function decorators(...all: (MethodDecorator | PropertyDecorator)[]): MethodDecorator {
  return (target, key, descriptor) => {
    for (const decorate of all) decorate(target, key, descriptor);
  };
}
