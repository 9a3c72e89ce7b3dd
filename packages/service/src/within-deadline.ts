import { SystemError } from "@supergraph/errors";

/**
 * Runs `work`, which its signal ends after `timeoutMs`, or when `outer` is aborted. Not by AbortSignal.timeout: its timer
 * can't be cleared, and keeps the request's context until the deadline, long after the answer.
 * @throws SystemError TOOK_TOO_LONG after the deadline, SERVICE_OUT_OF_REACH when `work` fails otherwise
 */
export async function withinDeadline<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    controller.abort();
  }, timeoutMs);
  const passOn = () => {
    controller.abort(outer?.reason);
  };
  if (outer?.aborted) passOn();
  else outer?.addEventListener("abort", passOn, { once: true });
  try {
    return await work(controller.signal);
  } catch (cause) {
    throw noAnswer(cause, isLate);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", passOn);
  }
}

/** What it means for a caller that a request to a service has failed for `cause`. */
export function noAnswer(cause: unknown, isLate: boolean): SystemError {
  return new SystemError(isLate ? "TOOK_TOO_LONG" : "SERVICE_OUT_OF_REACH", { cause });
}
