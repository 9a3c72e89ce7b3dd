// What auditing costs a mutation: the same one with it and without it, turn about, within one run.
import { setTimeout as sleep } from "node:timers/promises";

const ROUNDS = 5;
const GOAL = 1.15;

/**
 * `measure` updates an entity for a while and gives the median time of an update in ms; `toggle` switches auditing off
 * or on. Prints the medians and their ratio.
 */
export async function reportAuditCost(measure, toggle) {
  const rounds = [];
  await measure();
  for (let round = 0; round < ROUNDS; round++) {
    const on = await measure();
    await toggle();
    // What was committed before is sealed by now.
    await sleep(500);
    const off = await measure();
    await toggle();
    rounds.push({ on, off, ratio: on / off });
  }
  const ratios = rounds.map(({ ratio }) => ratio).sort((one, other) => one - other);
  const median = ratios[Math.floor(ROUNDS / 2)];
  console.log(`
What auditing costs: \`updateProduct\` through the endpoint, one after another; sealing goes on in the same process

| median of an update, audited | not audited | ratio |
| --- | --- | --- |
${rounds.map(({ on, off, ratio }) => `| ${on.toFixed(2)} ms | ${off.toFixed(2)} ms | ${ratio.toFixed(2)} |`).join("\n")}

The median ratio is ${median.toFixed(2)}; the goal is at most ${GOAL}.`);
}
