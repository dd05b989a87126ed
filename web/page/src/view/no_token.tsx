// What is shown instead of the cluster to someone without a valid token.

export function NoToken({refused}: {refused: boolean}) {
  return (
    <main class="no-token">
      <h1>{refused ? 'This token is not valid any more' : 'This page needs its token'}</h1>
      <p>
        The endpoint makes a new token each time it starts, so that nothing else on this machine can look in
        or act. Open the whole URL that <code>circuit up</code> printed; it ends in <code>#t=</code> and the
        token.
      </p>
      <pre>Page: {location.origin}/#t=…</pre>
      <p>
        If its terminal is gone, start <code>circuit up</code> again in the same directory: the workers live
        on.
      </p>
    </main>
  );
}
