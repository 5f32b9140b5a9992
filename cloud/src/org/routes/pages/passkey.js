// A passkey on a page of the cloud: the button asks the cloud what to ask, the browser asks the authenticator, and the form carries the
// answer. The form says which of the two it is, where to ask, and all words.
(() => {
  const form = document.querySelector('form[data-passkey]');
  if (!form) return;
  const { passkey, ask } = form.dataset;
  const status = form.querySelector('[role=status]');
  const wrong = form.querySelector('[role=alert]');
  const button = form.querySelector('button');
  const say = (word, isWrong) => {
    status.textContent = isWrong ? '' : form.dataset[word] ?? '';
    wrong.textContent = isWrong ? form.dataset[word] : '';
  };

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const known = (all) => (all ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  /** What the browser takes, of what the cloud says in JSON. */
  const read = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  });

  /** What the cloud takes, of what the browser answers. */
  const write = ({ id, rawId, type, response }) => {
    const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
    const said = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(said), clientExtensionResults: {} });
  };

  const why = (error) => {
    if (error.name === 'InvalidStateError') return 'twice';
    return error.name === 'NotAllowedError' || error.name === 'AbortError' ? 'stopped' : 'failed';
  };

  async function run() {
    button.disabled = true;
    say('busy');
    try {
      const body = form.elements.token && new URLSearchParams({ token: form.elements.token.value });
      const answer = await fetch(ask, { method: 'POST', body });
      if (!answer.ok) return say(answer.status === 410 ? 'over' : answer.status === 429 ? 'later' : 'failed', true);
      const { challenge, options } = await answer.json();
      const credential = await navigator.credentials[passkey]({ publicKey: read(options) });
      form.elements.challenge.value = challenge;
      form.elements.credential.value = write(credential);
      form.submit();
    } catch (error) {
      say(why(error), true);
    } finally {
      button.disabled = false;
      if (wrong.textContent) button.focus();
    }
  }

  if (!window.PublicKeyCredential) {
    // Who signs in has other ways; who adds one is told why it does not go on here.
    if (passkey === 'create') say('unable', true);
    return;
  }
  form.hidden = false;
  button.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
})();
