export interface ExampleOperation {
  title: string;
  /** Whose access token goes into the Authorization header. */
  as: "anybody" | "whoever signed in" | "an administrator" | "an auditor";
  query: string;
  variables?: Record<string, unknown>;
}

/** A first walk through the system, to copy; each step uses what the one before it has left. */
export const exampleOperations: readonly ExampleOperation[] = [
  {
    title: "Register",
    as: "anybody",
    query: `mutation Register($input: RegisterInput!) {
  register(input: $input) {
    tokens { accessToken refreshToken expiresIn }
    user { id email displayName }
  }
}`,
    variables: {
      input: { email: "grace@example.com", password: "correct horse battery", firstName: "Grace", lastName: "Hopper" },
    },
  },
  {
    title: "Sign in",
    as: "anybody",
    query: `mutation SignIn($input: LoginInput!) {
  login(input: $input) {
    tokens { accessToken refreshToken expiresIn }
    user { id displayName roles { name } }
  }
}`,
    variables: { input: { email: "grace@example.com", password: "correct horse battery" } },
  },
  {
    title: "Who am I?",
    as: "whoever signed in",
    query: `query Me {
  me { id email roles { name } sessions { id current } }
}`,
  },
  {
    title: "Define a type",
    as: "an administrator",
    query: `mutation DefineProduct($input: EntityTypeInput!) {
  defineEntityType(input: $input) { name version fields { name kind } }
}`,
    variables: {
      input: {
        name: "Product",
        pluralName: "products",
        fields: [
          { name: "name", kind: "STRING", required: true },
          { name: "sku", kind: "STRING", unique: true },
          { name: "price", kind: "DECIMAL" },
          { name: "owner", kind: "REFERENCE", target: "User" },
        ],
      },
    },
  },
  {
    title: "Store an entity of it",
    as: "an administrator",
    query: `mutation CreateProduct($input: ProductInput!) {
  createProduct(input: $input) { id name sku price }
}`,
    variables: { input: { name: "Lamp", sku: "L-1", price: "19.90" } },
  },
  {
    title: "Find it, with its audit trail",
    as: "an administrator",
    query: `query FindProducts($filter: ProductFilter) {
  products(filter: $filter) {
    nodes {
      id name price
      owner { email }
      auditEvents { nodes { action occurredAt actor { user { displayName } } } }
    }
  }
}`,
    variables: { filter: { sku: { eq: "L-1" } } },
  },
  {
    title: "Who did what?",
    as: "an auditor",
    query: `query Audit($filter: AuditEventFilter) {
  auditEvents(filter: $filter) {
    nodes { action outcome actor { id label } target { type id label } requestId traceId }
  }
}`,
    variables: { filter: { entityId: "Product" } },
  },
];
