import type { SubgraphSdl } from "./compose-supergraph.js";

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible"])`;

const subgraph = (name: string, types: string): SubgraphSdl => ({
  name,
  url: `http://${name}.test/graphql`,
  sdl: `${federation}\n${types}`,
});

export const shop = subgraph(
  "shop",
  `type Query { product(id: ID!): Product }
   type Product @key(fields: "id") { id: ID! name: String! price: Int! stock: Int! cost: Int @inaccessible }`,
);

export const orders = subgraph(
  "orders",
  `type Query { orders: [Order!]! }
   type Order @key(fields: "id") { id: ID! product: Product! }
   type Product @key(fields: "id") { id: ID! orders: [Order!]! }`,
);

/** Resolves a field that `shop` keeps to itself. */
export const rival = subgraph(
  "rival",
  `type Query { rival: Int }
   type Product @key(fields: "id") { id: ID! name: String! }`,
);

export const withoutPrice = { ...shop, sdl: shop.sdl.replace("price: Int!", "") };

export const broken: SubgraphSdl = { name: "broken", sdl: "type Query {\n  a: [Int" };
