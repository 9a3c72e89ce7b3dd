import { expect, inject } from "vitest";

export interface Mail {
  to: string;
  subject: string;
  text: string;
  links: string[];
  sentAt: string;
}

/** Mails to an address, newest first, as development keeps them. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const response = await fetch(`${inject("supergraph").origin}/dev/mail`, { headers: { accept: "application/json" } });
  return ((await response.json()) as Mail[]).filter(({ to }) => to === address);
}

/** The link of the newest mail of that subject, once it has come. */
export async function linkTo(address: string, subject: string): Promise<URL> {
  const found = async () => (await mailsTo(address)).find((mail) => mail.subject === subject)?.links[0];
  await expect.poll(found, { timeout: 10_000 }).toBeDefined();
  return new URL((await found()) ?? "");
}

export const tokenOf = (link: URL): string => link.searchParams.get("token") ?? "";
