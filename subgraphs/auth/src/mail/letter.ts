/** A link's token works for so long after its mail was made. */
export const LINK_MINUTES = 30;

/** Mails with a link, by which the person proves that the mailbox is theirs. */
export const linkKinds = ["verify-email", "reset-password", "confirm-email-change", "set-password"] as const;
export type LinkKind = (typeof linkKinds)[number];

/** Mails that only tell. This is the place to add one. */
const notices = {
  "password-changed": {
    subject: "Your password was changed",
    text: "The password of your account was changed.",
  },
  "email-changed": {
    subject: "Your e-mail address was changed",
    text: "Your account has another e-mail address from now on. This is the last mail to the old one.",
  },
  "email-in-use": {
    subject: "Somebody wanted to use your e-mail address",
    text: "Somebody asked for their account to have this e-mail address. It is your account's: nothing was changed.",
  },
  "second-factor-on": {
    subject: "Two-factor sign-in is on",
    text: "From now on signing in to your account takes a code beside the password.",
  },
  "second-factor-off": {
    subject: "Two-factor sign-in is off",
    text: "From now on signing in to your account takes the password alone.",
  },
} as const;
export type NoticeKind = keyof typeof notices;
export type MailKind = LinkKind | NoticeKind;

const links: Record<LinkKind, { subject: string; text: string }> = {
  "verify-email": {
    subject: "Verify your e-mail address",
    text: "Open this page to say that this e-mail address is yours:",
  },
  "reset-password": {
    subject: "Set a new password",
    text: "Somebody, probably you, asked for a new password. Open this page to set it:",
  },
  "confirm-email-change": {
    subject: "Confirm your new e-mail address",
    text: "Open this page to make this the e-mail address of your account:",
  },
  "set-password": {
    subject: "Your account is ready",
    text: "An account was made for you. Open this page to set its password:",
  },
};

/** What a mail says. Nothing in it is of anybody's own writing: it can't carry a stranger's words to a third person. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
  links: string[];
}

/** The page at which a link's token is used. A GET there uses nothing up: mail scanners open links. */
export function linkLetter(kind: LinkKind, to: string, token: string, appUrl: string): Letter {
  const url = new URL(`account/${kind}`, appUrl.endsWith("/") ? appUrl : `${appUrl}/`);
  url.searchParams.set("token", token);
  const { subject, text } = links[kind];
  const unasked = kind === "set-password" ? "After that, ask for a new one as for a forgotten password." : UNASKED;
  return {
    to,
    subject,
    text: `${text}\n\n${url.href}\n\nIt works once, within ${LINK_MINUTES} minutes. ${unasked}\n`,
    links: [url.href],
  };
}

const UNASKED = "If you did not ask for it, do nothing: nothing changes.";

export function noticeLetter(kind: NoticeKind, to: string): Letter {
  const { subject, text } = notices[kind];
  const advice = "If this was not you, set a new password and tell who runs this service.";
  return { to, subject, text: `${text}\n\n${advice}\n`, links: [] };
}

export const noticeKinds = Object.keys(notices) as NoticeKind[];
export const isLinkKind = (kind: string): kind is LinkKind => linkKinds.some((known) => known === kind);
export const isNoticeKind = (kind: string): kind is NoticeKind => Object.hasOwn(notices, kind);
