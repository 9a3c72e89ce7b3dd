// What an export of the whole log holds in memory: the process that is gateway and all services at once streams it to a
// reader that takes what comes, and counts the lines.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const LIMIT_MB = 100;
const MB = 1_048_576;

/** Prints what it measured of the process `pid`. Linux alone tells what a process holds. */
export async function reportAuditExport({ origin, token, pid }) {
  // What a first export needs once: code that is compiled, buffers that are kept.
  await exported(origin, token, "?to_leaf=20000");
  const before = await resident(pid);
  const sampler = peakOf(pid);
  const started = performance.now();
  const { lines, bytes, last } = await exported(origin, token, "");
  const seconds = (performance.now() - started) / 1_000;
  const peak = await sampler.stop();
  const { count, range } = JSON.parse(last);
  if (count !== lines - 1 || !range) throw new Error(`The export holds ${lines - 1} events and says ${count}`);
  console.log(`
An export of the whole log in ndjson, through the endpoint: ${count} events, ${(bytes / MB).toFixed(0)} MB in ${seconds.toFixed(0)} s

| resident, in MB | | |
| --- | --- | --- |
| before | ${(before / MB).toFixed(0)} | |
| at most while it ran | ${(peak / MB).toFixed(0)} | |
| growth | ${((peak - before) / MB).toFixed(0)} | ${((peak - before) / MB / LIMIT_MB).toFixed(2)} of the ${LIMIT_MB} MB that are allowed |`);
}

async function exported(origin, token, query) {
  const response = await fetch(`${origin}/audit/export${query}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`The export answered ${response.status}: ${await response.text()}`);
  let [lines, bytes, last] = [0, 0, Buffer.alloc(0)];
  for await (const chunk of response.body) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    // The last line alone is kept: from the last line break but the one that ends a chunk.
    const text = Buffer.from(chunk);
    const begin = text.lastIndexOf(10, -2) + 1;
    if (begin > 0) last = text.subarray(begin);
    else last = last.at(-1) === 10 ? text : Buffer.concat([last, text]);
  }
  return { lines, bytes, last: last.toString() };
}

async function resident(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024;
}

function peakOf(pid) {
  let peak = 0;
  let isOver = false;
  const sampling = (async () => {
    for (; !isOver; await sleep(50)) peak = Math.max(peak, await resident(pid));
  })();
  return {
    stop: async () => {
      isOver = true;
      await sampling;
      return peak;
    },
  };
}
