import type { Logger } from "@supergraph/service";
import { Redis } from "ioredis";
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  type RateLimiterAbstract,
} from "rate-limiter-flexible";
import type { LimitRule } from "./limit-rules.js";
import type { RateLimitRepository } from "./rate-limit.repository.js";

/** Where counts are kept: a limiter of this kind and rule. */
export type LimiterStore = (kind: string, rule: LimitRule) => RateLimiterAbstract;

const TABLE = "rate_limit";
const COMMAND_TIMEOUT_MS = 1_000;

/** In this process alone. */
export const inMemory: LimiterStore = (kind, { points, seconds }) =>
  new RateLimiterMemory({ keyPrefix: kind, points, duration: seconds });

/** In PostgreSQL, which all replicas share; while it can't be reached, in memory: sign-in must not become unlimited. */
export const inPostgres =
  (repository: RateLimitRepository): LimiterStore =>
  (kind, rule) =>
    new RateLimiterPostgres({
      keyPrefix: kind,
      points: rule.points,
      duration: rule.seconds,
      storeClient: repository,
      storeType: "client",
      tableName: TABLE,
      tableCreated: true,
      clearExpiredByTimeout: false,
      insuranceLimiter: inMemory(kind, rule),
    });

/** In Redis, which all replicas share; while it can't be reached, in memory. */
export const inRedis =
  (redis: Redis): LimiterStore =>
  (kind, rule) =>
    new RateLimiterRedis({
      keyPrefix: `auth:limit:${kind}`,
      points: rule.points,
      duration: rule.seconds,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: inMemory(kind, rule),
    });

/** A connection that fails at once rather than queueing commands while Redis is away, and comes back by itself. */
export function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  redis.on("error", (error) => {
    log.warn({ err: error }, "Redis is out of reach: each replica counts for itself meanwhile");
  });
  return redis;
}
