import type { Logger } from "@supergraph/service";
import type { Letter } from "./letter.js";

/** One line for each mail: in words for a person at a terminal, in the log for a program. Neither names the address. */
export function tellOnTerminal(log: Logger): (letter: Letter) => void {
  return ({ subject, links }) => {
    const [link] = links;
    if (process.stdout.isTTY) process.stdout.write(`  Mail: ${subject}${link === undefined ? "" : `  ${link}`}\n`);
    else
      log.info(
        { kind: "development-mail", subject, ...(link !== undefined && { link }) },
        "a mail, in development only",
      );
  };
}
