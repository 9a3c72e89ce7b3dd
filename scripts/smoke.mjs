/**
 * Walks the first slice against a supergraph with an empty database, as a client would:
 *   ADMIN_EMAIL=… ADMIN_PASSWORD=… node scripts/smoke.mjs http://127.0.0.1:4000
 */
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";

const [endpoint] = process.argv.slice(2);
const { ADMIN_EMAIL: adminEmail, ADMIN_PASSWORD: adminPassword } = process.env;
if (!endpoint || !adminEmail || !adminPassword) {
  console.error("usage: ADMIN_EMAIL=… ADMIN_PASSWORD=… node scripts/smoke.mjs URL");
  process.exit(2);
}

const nonce = randomBytes(4).toString("hex");
const email = `grace.${nonce}@example.com`;
const password = `quiet-lantern-${nonce}`;
const signIn = `mutation ($input: LoginInput!) {
  login(input: $input) { tokens { accessToken tokenType } user { id displayName } session { id } }
}`;
const define = `mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name version sdl } }`;
const product = {
  name: "Product",
  fields: [
    { name: "name", kind: "STRING", required: true },
    { name: "sku", kind: "STRING", unique: true },
    { name: "price", kind: "DECIMAL" },
    { name: "owner", kind: "REFERENCE", target: "User" },
  ],
};

const registered = await step("a person registers", async () => {
  const { register } = await data(
    `mutation ($input: RegisterInput!) {
       register(input: $input) { tokens { accessToken refreshToken } user { id email } session { id } }
     }`,
    { input: { email, password, firstName: "Grace", lastName: "Hopper" } },
  );
  assert.equal(register.user.email, email);
  return [register.user, register.user.id];
});

const person = await step("they sign in", async () => {
  const { login } = await data(signIn, { input: { email, password } });
  assert.equal(login.user.id, registered.id);
  assert.equal(login.tokens.tokenType, "Bearer");
  return [{ ...login.user, token: login.tokens.accessToken, session: login.session.id }, `session ${login.session.id}`];
});

await step("a wrong password is refused", async () => {
  return [null, await refusal("UNAUTHENTICATED", signIn, { input: { email, password: "not-the-password" } })];
});

await step("one operation over users and auth", async () => {
  const { me } = await data(`{ me { id email roles { name } sessions { id current } } }`, {}, person.token);
  assert.equal(me.email, email);
  assert.deepEqual(me.roles, [{ name: "user" }]);
  assert.deepEqual(
    me.sessions.filter(({ current }) => current).map(({ id }) => id),
    [person.session],
  );
  return [null, `${me.sessions.length} sessions, one of them current`];
});

await step("forged identity headers are nobody", async () => {
  const forged = { "x-claims": "e30.e30.e30", "x-user-id": registered.id, "x-user-roles": "admin" };
  const { data: nobody, errors } = await send(`{ me { id } }`, {}, forged);
  assert.equal(nobody?.me ?? null, null);
  assert.equal(errors?.[0]?.extensions?.code, "UNAUTHENTICATED");
  return [null, "UNAUTHENTICATED"];
});

await step("who may not define types is denied", async () => {
  return [null, await refusal("FORBIDDEN", define, { input: product }, person.token)];
});

const admin = await step("the administrator signs in", async () => {
  const { login } = await data(signIn, { input: { email: adminEmail, password: adminPassword } });
  return [{ ...login.user, token: login.tokens.accessToken }, login.user.displayName];
});

await step("the administrator defines Product", async () => {
  const { defineEntityType } = await data(define, { input: product }, admin.token);
  assert.equal(defineEntityType.name, "Product");
  assert.match(defineEntityType.sdl, /type Product\b/);
  return [null, `version ${defineEntityType.version}`];
});

const created = await step("a product is created at once", async () => {
  const input = { name: "Lantern", sku: `LAN-${nonce}`, price: "19.90", owner: registered.id };
  const { createProduct } = await data(
    `mutation ($input: ProductInput!) { createProduct(input: $input) { id sku version } }`,
    { input },
    admin.token,
  );
  assert.equal(createProduct.sku, input.sku);
  return [createProduct, createProduct.id];
});

await step("it is found by its unique field", async () => {
  const { products } = await data(
    `query ($sku: String!) { products(filter: { sku: { eq: $sku } }) { totalCount nodes { id name price } } }`,
    { sku: created.sku },
    admin.token,
  );
  assert.equal(products.totalCount, 1);
  assert.equal(products.nodes[0].id, created.id);
  assert.equal(Number(products.nodes[0].price), 19.9);
  return [null, `${products.nodes[0].name} at ${products.nodes[0].price}`];
});

await step("one operation over dynamic, users and audit", async () => {
  const { product } = await data(
    `query ($id: ID!) {
       product(id: $id) { owner { email } auditEvents { nodes { action actor { user { displayName } } } } }
     }`,
    { id: created.id },
    admin.token,
  );
  assert.equal(product.owner.email, email);
  const creation = product.auditEvents.nodes.find(({ action }) => action.endsWith(".create"));
  assert.equal(creation?.actor.user.displayName, admin.displayName);
  return [null, `${creation.action} by ${creation.actor.user.displayName}`];
});

await step("the audit log holds who did what to which entity", async () => {
  const [creation] = await events({ userId: admin.id, entityId: created.id });
  assert.equal(creation?.outcome, "SUCCESS");
  assert.deepEqual([creation.actor.id, creation.target.id], [admin.id, created.id]);
  assert.ok(creation.requestId && creation.traceId, "a request id and a trace id");
  return [null, `${creation.action}, trace ${creation.traceId}`];
});

for (const [what, filter] of [
  ["registration and sign-in", { userId: registered.id, outcome: "SUCCESS" }],
  ["failed sign-in", { outcome: "FAILURE", service: "auth" }],
  ["denied definition", { userId: registered.id, outcome: "DENIED" }],
]) {
  await step(`the audit log holds the ${what}`, async () => {
    const found = await events(filter);
    assert.ok(found.length > 0, "at least one event");
    return [null, found.map(({ action }) => action).join(", ")];
  });
}

async function events(filter) {
  const { auditEvents } = await data(
    `query ($filter: AuditEventFilter) {
       auditEvents(filter: $filter) { nodes { action outcome requestId traceId actor { id } target { id } } }
     }`,
    { filter },
    admin.token,
  );
  return auditEvents.nodes;
}

/** Runs one step, which gives its result and what to say of it; the first that fails ends the script. */
async function step(name, run) {
  try {
    const [result, detail] = await run();
    console.log(`✓ ${name}: ${detail}`);
    return result;
  } catch (error) {
    console.error(`✗ ${name}: ${error.message}`);
    process.exit(1);
  }
}

async function data(query, variables, token) {
  const result = await send(query, variables, token && { authorization: `Bearer ${token}` });
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.data;
}

async function refusal(code, query, variables, token) {
  const { errors } = await send(query, variables, token && { authorization: `Bearer ${token}` });
  assert.equal(errors?.[0]?.extensions?.code, code);
  return code;
}

async function send(query, variables, headers) {
  const response = await fetch(new URL("/graphql", endpoint), {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
