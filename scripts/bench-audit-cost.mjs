// What auditing costs a mutation: the same one with it and without it, turn about, within one run.
import { setTimeout as sleep } from "node:timers/promises";

const WARM_UP = 4;
const ROUNDS = 10;
const GOAL = 1.15;

/**
 * `measure` updates an entity for a while and gives the median time of an update in ms; `toggle` switches auditing off
 * or on. Prints the medians and their ratio. Every other round begins without auditing: a process gets faster for a
 * while, and who is always second would look the cheaper.
 */
export async function reportAuditCost(measure, toggle) {
  const rounds = [];
  const settled = async () => {
    // What was committed before is sealed by now; and a signal that meets another of its kind is lost.
    await sleep(500);
    return measure();
  };
  const unaudited = async () => {
    await sleep(100);
    await toggle();
    const median = await settled();
    await toggle();
    return median;
  };
  for (let turn = 0; turn < WARM_UP; turn++) await measure();
  for (let round = 0; round < ROUNDS; round++) {
    const isAuditedFirst = round % 2 === 0;
    const first = isAuditedFirst ? await settled() : await unaudited();
    const second = isAuditedFirst ? await unaudited() : await settled();
    const [on, off] = isAuditedFirst ? [first, second] : [second, first];
    rounds.push({ on, off, ratio: on / off });
  }
  const ratios = rounds.map(({ ratio }) => ratio).sort((one, other) => one - other);
  const median = (ratios[ROUNDS / 2 - 1] + ratios[ROUNDS / 2]) / 2;
  console.log(`
What auditing costs: \`updateProduct\` through the endpoint, one after another; sealing goes on in the same process

| median of an update, audited | not audited | ratio |
| --- | --- | --- |
${rounds.map(({ on, off, ratio }) => `| ${on.toFixed(2)} ms | ${off.toFixed(2)} ms | ${ratio.toFixed(2)} |`).join("\n")}

The median ratio is ${median.toFixed(2)}; the goal is at most ${GOAL}.`);
}
