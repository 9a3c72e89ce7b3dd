import { describe, expect, it } from "vitest";
import { serviceDatabaseUrl, serviceRole } from "./services.js";

describe("a service's role", () => {
  it("carries the database's name", () => {
    expect(serviceRole("supergraph", "auth")).toBe("supergraph_auth");
  });

  it("is refused when PostgreSQL would cut its name off", () => {
    expect(() => serviceRole("d".repeat(60), "auth")).toThrow(/63 bytes/);
  });
});

describe("a service's connection string", () => {
  it("differs from the owner's in user and password alone", () => {
    expect(serviceDatabaseUrl("postgresql://owner:secret@db:5433/shop?sslmode=require", "users", "pw")).toBe(
      "postgresql://shop_users:pw@db:5433/shop?sslmode=require",
    );
  });

  it("escapes what a URL would read otherwise", () => {
    const url = new URL(serviceDatabaseUrl("postgresql://owner@db/shop", "users", "p@ss:/?#%"));
    expect(decodeURIComponent(url.password)).toBe("p@ss:/?#%");
    expect(url.host).toBe("db");
  });

  it("is refused when the owner's names no database", () => {
    expect(() => serviceDatabaseUrl("postgresql://owner@db", "users", "pw")).toThrow(/names no database/);
  });
});
