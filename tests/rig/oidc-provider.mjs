// An OpenID Connect provider for tests. Whoever signs in is who they say: everybody has a verified address but `mallory`.
// Prints its address, then reads the redirect address from a line of its input; ends with its input.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${issuer}\n`);
  const input = createInterface({ input: process.stdin });
  input.once('line', (redirect) => {
    const provider = new Provider(issuer, {
      clients: [{
        client_id: 'vitrine',
        client_secret: 'a secret: with% signs&',
        redirect_uris: [redirect],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      // As it comes, it says in the token who somebody is, and the rest to whoever asks; with `--tells` all in the token.
      conformIdTokenClaims: !process.argv.includes('--tells'),
      pkce: { required: () => true },
      cookies: { keys: ['for tests'] },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({
          sub: id, email: `${id}@example.com`, email_verified: id !== 'mallory', name: `${id} of Elsewhere`,
        }),
      }),
    });
    server.on('request', provider.callback());
    process.stdout.write('ready\n');
  });
  input.on('close', () => process.exit(0));
});
