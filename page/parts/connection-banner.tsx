// Renders a banner while the server, or a service behind it, does not answer: the data shown may be old.
import { useConnection } from '../api/connection.js';

export function ConnectionBanner() {
  const connection = useConnection();
  const text =
    connection.state === 'lost'
      ? 'Connection lost: zeroscout ui does not answer. What you see may be old; it is tried again.'
      : connection.state === 'problem'
        ? `${connection.problem.detail}. What you see may be old.`
        : '';
  return (
    <div role="status" class="banner" hidden={text === ''}>
      {text}
    </div>
  );
}
