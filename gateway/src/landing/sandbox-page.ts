import { hashSource, policy, type Page } from "./page.js";

const CDN = "https://embeddable-sandbox.cdn.apollographql.com";
const EMBED = "https://sandbox.embed.apollographql.com";

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 1rem/1.6 system-ui, sans-serif; }
#sandbox { position: fixed; inset: 0; }
iframe { width: 100%; height: 100%; border: 0; }
#away { max-width: 34rem; margin: 20vh auto; padding: 0 1.25rem; }
`;

/** Runs once Apollo's script has loaded, or has not. */
const script = `
if (window.EmbeddedSandbox) {
  new window.EmbeddedSandbox({
    target: "#sandbox",
    initialEndpoint: window.location.origin + "/graphql",
    runTelemetry: false,
    allowDynamicStyles: false,
  });
} else {
  document.getElementById("away").hidden = false;
}
`;

/** Apollo Sandbox, embedded; it is loaded from Apollo, and says what to do where that can't be reached. */
export function sandboxPage(): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Apollo Sandbox</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="sandbox"></div>
<div id="away" role="alert" hidden>
<h1>Apollo Sandbox can&rsquo;t be reached</h1>
<p>It is loaded from Apollo, and this browser seems to be offline. <a href="/graphiql">GraphiQL</a> comes from here and works without.</p>
</div>
<noscript><p>Sandbox needs JavaScript.</p></noscript>
<script src="${CDN}/_latest/embeddable-sandbox.umd.production.min.js"></script>
<script>${script}</script>
</body>
</html>
`;
  return {
    html,
    contentSecurityPolicy: policy({
      "script-src": [CDN, hashSource(script)],
      "style-src": [CDN, hashSource(style)],
      "frame-src": [EMBED],
      "connect-src": ["'self'", CDN],
      "img-src": ["data:", CDN],
    }),
  };
}
