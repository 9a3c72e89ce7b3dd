// What a storm of sign-ins costs the rest: p99 of `me` beside it and without it, turn about, within one run.
import autocannon from "autocannon";

/** Limits that would end the storm before a single password is hashed. */
export const stormLimits = "sign-in-address=999999999";
const SIGN_INS_PER_SECOND = 60;
const ROUNDS = 3;
const GOAL = 3;

/** `measure` puts the load of `me` on the supergraph at `origin`, and gives its p99 in ms. */
export async function reportSignInStorm(origin, measure) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const quiet = await measure();
    const storm = startStorm(origin, round);
    const stormy = await measure();
    rounds.push({ quiet, stormy, ...(await storm.stop()) });
  }
  const ratios = rounds.map(({ quiet, stormy }) => stormy / quiet).sort((one, other) => one - other);
  console.log(`
A storm of ${SIGN_INS_PER_SECOND} sign-ins a second with wrong passwords, of an account each

| p99 of \`me\`, quiet | in the storm | ratio | judged | refused as too busy |
| --- | --- | --- | --- | --- |
${rounds.map((one) => `| ${one.quiet} ms | ${one.stormy} ms | ${(one.stormy / one.quiet).toFixed(1)} | ${one.judged} | ${one.refused} |`).join("\n")}

The median ratio is ${ratios[Math.floor(ROUNDS / 2)].toFixed(1)}; the goal is at most ${GOAL}.`);
}

function startStorm(origin, round) {
  const counts = { judged: 0, refused: 0 };
  let sent = 0;
  const instance = autocannon({
    url: `${origin}/graphql`,
    method: "POST",
    headers: { "content-type": "application/json" },
    // Each waits for its answer: enough of them for those in the queue, and for those that are refused.
    connections: 200,
    overallRate: SIGN_INS_PER_SECOND,
    duration: 600,
    requests: [
      {
        setupRequest: (request) => ({ ...request, body: signIn(`storm-${round}-${sent++}@example.com`) }),
        onResponse: (_, body) => {
          if (body.includes("INVALID_CREDENTIALS")) counts.judged++;
          else if (body.includes("TOO_BUSY")) counts.refused++;
          else throw new Error(`An unexpected answer to a sign-in: ${body}`);
        },
      },
    ],
  });
  return {
    async stop() {
      instance.stop();
      await instance;
      return counts;
    },
  };
}

function signIn(email) {
  return JSON.stringify({
    query: "mutation ($input: LoginInput!) { login(input: $input) { session { id } } }",
    variables: { input: { email, password: "not their password" } },
  });
}
