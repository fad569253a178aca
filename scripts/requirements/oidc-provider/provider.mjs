// An OpenID provider that others wrote (npm `oidc-provider`), over TLS on a loopback port of its own, for tests.
//
//   node provider.mjs FOLDER
//
// FOLDER holds certificate.pem and private-key.pem, and settings.json: client_id, client_secret, redirect_uri, and `people`, each
// with its claims. People are read anew at every sign-in; any password will do. The first line of standard output is the issuer.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';

import Provider from 'oidc-provider';

const folder = process.argv[2];
const read = (name) => readFileSync(join(folder, name), 'utf8');
const settings = () => JSON.parse(read('settings.json'));

const server = https.createServer({ cert: read('certificate.pem'), key: read('private-key.pem') });
server.listen(0, 'localhost', () => {
  const issuer = `https://localhost:${server.address().port}`;
  const { client_id, client_secret, redirect_uri } = settings();
  const provider = new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [redirect_uri] }],
    claims: { openid: ['sub', 'groups', 'preferred_username'], profile: ['name'], email: ['email', 'email_verified'] },
    // The ID token holds what the scopes ask for, as with most providers.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['of tests alone'] },
    findAccount: (_, login) => {
      const claims = settings().people[login];
      return claims && { accountId: login, claims: () => ({ sub: login, preferred_username: login, ...claims }) };
    },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
});
