const FOR_GOOD = 0;
const LONGEST_DAYS = 36_500;

/** Says which leaves were retired and where they are: without it they would be missing. It is kept for good. */
export const RETIRE = "audit.retire";

/** For how long events are kept, by the beginning of their action. */
export interface RetentionPeriod {
  /** The empty prefix is for all that no other is for. */
  prefix: string;
  /** 0: for good. */
  days: number;
}

/**
 * Reads `AUDIT_RETENTION_DAYS`, e.g. `auth.login=90,auth.*=365,*=2555`; days of 0 are for good, as is what nothing is
 * said of.
 * @throws Error that names every part at fault
 */
export function parseRetentionPeriods(text: string): RetentionPeriod[] {
  const faults: string[] = [];
  const periods = text.split(",").flatMap((part) => {
    const match = /^\s*(\*|[a-z][a-z0-9.-]*\*?)\s*=\s*(\d{1,5})\s*$/i.exec(part);
    const days = Number(match?.[2]);
    if (!match?.[1] || days > LONGEST_DAYS) {
      faults.push(`"${part.trim()}" is not a prefix of actions and its days, e.g. auth.*=365 (0: for good)`);
      return [];
    }
    return [{ prefix: match[1].replace(/\*$/, ""), days }];
  });
  const prefixes = periods.map(({ prefix }) => prefix);
  const doubled = prefixes.filter((prefix, index) => prefixes.indexOf(prefix) !== index);
  for (const prefix of doubled) faults.push(`"${prefix}*" stands there twice`);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return periods;
}

/** The days of the longest prefix that an action begins with; what tells of retirements is for good. */
export function retentionDaysOf(periods: readonly RetentionPeriod[]): (action: string) => number {
  const longestFirst = [...periods].sort((a, b) => b.prefix.length - a.prefix.length);
  return (action) =>
    action === RETIRE ? FOR_GOOD : (longestFirst.find(({ prefix }) => action.startsWith(prefix))?.days ?? FOR_GOOD);
}
