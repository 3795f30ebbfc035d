// Answers a person who opens a link whose token is unknown, such as one that an earlier start of the server printed.
import type { Context } from 'hono';

/** Whether the request comes from a browser that opens a page, and not from a program. */
export function wantsPage(context: Context): boolean {
  return /\btext\/html\b/.test(context.req.header('accept') ?? '');
}

/** A page in place of a problem in JSON. It contains nothing of the request, and no style, which the policy forbids. */
export function answerOldLink(context: Context, prefix: string): Response {
  return context.html(
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Unknown token · zeroscout</title>
  </head>
  <body>
    <main>
      <h1>This server does not know this token</h1>
      <p>
        Unless <code>ZEROSCOUT_UI_TOKEN</code> is set, <code>zeroscout ui</code> makes a new token at each start, and
        earlier links no longer hold. Open the link that it printed last.
      </p>
      <p><a href="${prefix}/">Go on without this token</a></p>
    </main>
  </body>
</html>
`,
    401,
    { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  );
}
