export interface ExampleOperation {
  title: string;
  /** Whose access token goes into the Authorization header. */
  as: "anybody" | "whoever signed in" | "an administrator" | "an auditor";
  query: string;
}

/** A first walk through the system, to copy; each step uses what the one before it has left. */
export const exampleOperations: readonly ExampleOperation[] = [
  {
    title: "Register",
    as: "anybody",
    query: `mutation Register {
  register(input: {
    email: "grace@example.com", password: "correct horse battery", firstName: "Grace", lastName: "Hopper"
  }) {
    tokens { accessToken refreshToken expiresIn }
    user { id email displayName }
  }
}`,
  },
  {
    title: "Sign in",
    as: "anybody",
    query: `mutation SignIn {
  login(input: { email: "grace@example.com", password: "correct horse battery" }) {
    tokens { accessToken refreshToken expiresIn }
    user { id displayName roles { name } }
  }
}`,
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
    query: `mutation DefineProduct {
  defineEntityType(input: {
    name: "Product", pluralName: "products"
    fields: [
      { name: "name", kind: STRING, required: true }
      { name: "sku", kind: STRING, unique: true }
      { name: "price", kind: DECIMAL }
      { name: "owner", kind: REFERENCE, target: "User" }
    ]
  }) { name version fields { name kind } }
}`,
  },
  {
    title: "Store an entity of it",
    as: "an administrator",
    query: `mutation CreateProduct {
  createProduct(input: { name: "Lamp", sku: "L-1", price: "19.90" }) { id name sku price }
}`,
  },
  {
    title: "Find it, with its audit trail",
    as: "an administrator",
    query: `query FindProducts {
  products(filter: { sku: { eq: "L-1" } }) {
    nodes {
      id name price
      owner { email }
      auditEvents { nodes { action occurredAt actor { user { displayName } } } }
    }
  }
}`,
  },
  {
    title: "Who did what?",
    as: "an auditor",
    query: `query Audit {
  auditEvents(filter: { entityId: "Product" }) {
    nodes { action outcome actor { id label } target { type id label } requestId traceId }
  }
}`,
  },
];
