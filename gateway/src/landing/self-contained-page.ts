import { escaped } from "./html.js";
import { hashSource, policy, type Page } from "./page.js";

interface PageParts {
  title: string;
  style: string;
  /** What `<body>` holds beside the script. */
  body: string;
  /** Runs at the end of the body. */
  script?: string;
  /** Lets the script call the endpoint. */
  mayCall?: boolean;
  /** Keeps search engines away. */
  isHidden?: boolean;
}

/** A page that loads nothing: its style and script stand in it, and the policy lets in those two alone. */
export function selfContainedPage({ title, style, body, script, mayCall, isHidden }: PageParts): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${isHidden ? `<meta name="robots" content="noindex">\n` : ""}<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}
${script === undefined ? "" : `<script>${script}</script>\n`}</body>
</html>
`;
  return {
    html,
    contentSecurityPolicy: policy({
      "style-src": [hashSource(style)],
      "img-src": ["data:"],
      ...(script !== undefined && { "script-src": [hashSource(script)] }),
      ...(mayCall && { "connect-src": ["'self'"] }),
    }),
  };
}
