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
    query: `mutation DefineBook {
  defineEntityType(input: {
    name: "Book", pluralName: "books"
    fields: [
      { name: "title", kind: STRING, required: true }
      { name: "isbn", kind: STRING, unique: true }
      { name: "price", kind: DECIMAL }
      { name: "owner", kind: REFERENCE, target: "User" }
    ]
  }) { name version fields { name kind } }
}`,
  },
  {
    title: "Store an entity of it",
    as: "an administrator",
    query: `mutation CreateBook {
  createBook(input: { title: "Middlemarch", isbn: "9780141439549", price: "19.90" }) { id title isbn price }
}`,
  },
  {
    title: "Find it, with its audit trail",
    as: "an administrator",
    query: `query FindBooks {
  books(filter: { isbn: { eq: "9780141439549" } }) {
    nodes {
      id title price
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
  auditEvents(filter: { entityId: "Book" }) {
    nodes { action outcome actor { id label } target { type id label } requestId traceId }
  }
}`,
  },
];
