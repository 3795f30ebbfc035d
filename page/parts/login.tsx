// Renders a form for the token, where visitors without one may see nothing.
import { prefix } from '../api/prefix.js';

export function Login() {
  return (
    <main class="page narrow">
      <h1>zeroscout</h1>
      <p>
        This server shows nothing without a token. Open the link that <code>zeroscout ui</code> printed, or
        enter the token here.
      </p>
      {/* The answer for this address stores the token in a cookie that scripts cannot read. */}
      <form method="get" action={`${prefix}/`} class="row">
        <label>
          Token <input name="token" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit">Open</button>
      </form>
    </main>
  );
}
