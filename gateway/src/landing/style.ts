/** The pages' look: the reader's own colour scheme, system fonts, nothing to load. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f7f7f9, #14151a); --panel: light-dark(#ffffff, #1d1f27);
  --text: light-dark(#1b1d24, #e8e9ee); --faint: light-dark(#5a6072, #a0a6b8);
  --line: light-dark(#dfe1e8, #31343f); --accent: light-dark(#3b3bc4, #a9b0ff); --on-accent: light-dark(#ffffff, #14151a);
  --code: light-dark(#f0f1f5, #16171d);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.6 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 4rem 1.25rem 5rem; }
h1 { font-size: clamp(1.9rem, 5vw, 2.75rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 0.75rem; }
h2 { font-size: 1.35rem; letter-spacing: -0.01em; margin: 3.5rem 0 0.5rem; }
h3 { font-size: 1.05rem; margin: 0; }
p { margin: 0 0 1rem; max-width: 44rem; }
.lead { font-size: 1.15rem; color: var(--faint); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code, pre { font: 0.875rem/1.55 ui-monospace, "Cascadia Code", Menlo, Consolas, monospace; }
code { background: var(--code); border-radius: 4px; padding: 0.1em 0.35em; }
.ways { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 2rem 0 0; padding: 0; list-style: none; }
.ways a, button {
  display: inline-block; border: 1px solid var(--accent); border-radius: 8px; cursor: pointer; font: inherit; text-decoration: none;
}
.ways a { padding: 0.7rem 1.25rem; font-weight: 600; }
.ways a.first { background: var(--accent); color: var(--on-accent); }
.note { color: var(--faint); font-size: 0.9rem; margin-top: 0.75rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.25rem; margin: 1rem 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
.steps { list-style: none; margin: 1.5rem 0 0; padding: 0; counter-reset: step; display: grid; gap: 1rem; }
.steps > li { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; counter-increment: step; }
.steps header { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; padding: 0.7rem 1rem; }
.steps h3::before { content: counter(step) ". "; color: var(--faint); font-weight: 400; }
.as { color: var(--faint); font-size: 0.875rem; margin-right: auto; }
button { background: none; color: var(--accent); padding: 0.25rem 0.75rem; font-size: 0.875rem; }
pre { margin: 0; padding: 0.9rem 1rem; background: var(--code); border-top: 1px solid var(--line); overflow-x: auto; tab-size: 2; }
pre code { padding: 0; background: none; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.6rem; } main { padding-top: 2.5rem; } }
`;
