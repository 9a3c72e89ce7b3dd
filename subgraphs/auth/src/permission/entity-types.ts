import { SystemError } from "@supergraph/errors";
import { serviceIdentity, type ServiceCaller } from "@supergraph/service";
import { z } from "zod";

const FRESH_MS = 5_000;
const answer = z.object({ names: z.array(z.string()) });

/** Which entity types there are, as dynamic says; asked for every 5 s at most. */
export class EntityTypes {
  #known: { names: Promise<string[]>; until: number } | undefined;

  constructor(private readonly call: ServiceCaller) {}

  /** @throws SystemError SERVICE_OUT_OF_REACH, TOOK_TOO_LONG */
  names(): Promise<string[]> {
    if (this.#known && performance.now() < this.#known.until) return this.#known.names;
    const names = this.#ask();
    this.#known = { names, until: performance.now() + FRESH_MS };
    // What went wrong is not an answer to remember.
    names.catch(() => (this.#known = undefined));
    return names;
  }

  async #ask(): Promise<string[]> {
    const request = { method: "GET", path: "/internal/entity-types", timeoutMs: 5_000 } as const;
    const { status, body } = await this.call("dynamic", serviceIdentity("auth"), request);
    if (status === 200) return answer.parse(JSON.parse(body)).names;
    throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`dynamic answered ${status}`) });
  }
}
