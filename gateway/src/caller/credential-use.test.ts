import type { Claims } from "@supergraph/identity";
import { createLog } from "@supergraph/service";
import { describe, expect, it } from "vitest";
import { CredentialUse, type UsedCredentials } from "./credential-use.js";

const session = (sid: string): Claims => ({ sub: "u", sid, roles: [], permissions: [], client: "user" });

const log = createLog("test", "silent");

describe("reports of which credentials were used", () => {
  it("are made one for many requests, and not at all while nothing is used", async () => {
    const reports: UsedCredentials[] = [];
    let turns = 0;
    const use = new CredentialUse((used) => Promise.resolve(void reports.push(used)), log, 5);
    use.start();
    for (let request = 0; request < 100; request++) use.note(session("s1"));
    await expect.poll(() => reports).toEqual([{ sessions: ["s1"], apiKeys: [] }]);
    await expect.poll(() => ++turns > 5).toBe(true);
    await use.stop();
    expect(reports).toHaveLength(1);
  });

  it("that did not arrive are made again, with what was used since", async () => {
    const reports: UsedCredentials[] = [];
    let isAway = true;
    const use = new CredentialUse((used) => {
      if (isAway) return Promise.reject(new Error("away"));
      reports.push(used);
      return Promise.resolve();
    }, log);
    use.note(session("s1"));
    await use.stop();
    use.note(session("s2"));
    isAway = false;
    await use.stop();
    expect(reports).toEqual([{ sessions: ["s1", "s2"], apiKeys: [] }]);
  });
});
