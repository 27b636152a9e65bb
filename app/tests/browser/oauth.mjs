// An app: registers itself, asks a person, gets tokens, uses and renews them, with a client library of others. The server's
// address and the name of the way are on stdin, then the address the browser was sent back to; answers are lines of JSON.
import * as oauth from "openid-client";
import { auth } from "@modelcontextprotocol/sdk/client/auth.js";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const told = async (work) => {
  try {
    return await work();
  } catch (error) {
    return { refused: error.error ?? error.cause?.error ?? error.message };
  }
};
const { server, way, scope, id, secret } = await next();
const redirect_uri = "http://127.0.0.1:9/callback";

async function library() {
  const plain = { algorithm: "oauth2", execute: [oauth.allowInsecureRequests] };
  const config = id
    ? await oauth.discovery(new URL(server), id, secret, undefined, plain)
    : await oauth.dynamicClientRegistration(new URL(server), { client_name: "Pencatat", redirect_uris: [redirect_uri], token_endpoint_auth_method: "none" }, oauth.None(), plain);
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
  const url = oauth.buildAuthorizationUrl(config, { redirect_uri, scope, code_challenge, code_challenge_method: "S256", state });
  say({ url: url.href });
  const back = new URL((await next()).back);
  const first = await told(() => oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state }));
  if (first.refused) return say(first);
  const me = async (token) => (await fetch(`${server}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;
  const before = await me(first.access_token);
  const second = await oauth.refreshTokenGrant(config, first.refresh_token);
  const answer = { scope: first.scope, type: first.token_type, before, after: await me(second.access_token), old: await me(first.access_token) };
  if (secret) answer.active = (await oauth.tokenIntrospection(config, second.access_token)).active;
  say(answer);
  const { then } = await next();
  if (then === "steal") {
    const again = await told(() => oauth.refreshTokenGrant(config, first.refresh_token));
    const honest = await told(() => oauth.refreshTokenGrant(config, second.refresh_token));
    say({ again: again.refused, honest: honest.refused, access: await me(second.access_token) });
  } else {
    await oauth.tokenRevocation(config, second.refresh_token);
    say({ access: await me(second.access_token), active: secret ? (await oauth.tokenIntrospection(config, second.access_token)).active : undefined });
  }
}

/** The way an assistant takes: it knows nothing but the address of /mcp. */
async function assistant() {
  let client, tokens, verifier, url;
  const provider = {
    redirectUrl: redirect_uri,
    clientMetadata: { client_name: "Asisten", redirect_uris: [redirect_uri], token_endpoint_auth_method: "none" },
    clientInformation: () => client,
    saveClientInformation: (saved) => (client = saved),
    tokens: () => tokens,
    saveTokens: (saved) => (tokens = saved),
    redirectToAuthorization: (to) => (url = to.href),
    saveCodeVerifier: (saved) => (verifier = saved),
    codeVerifier: () => verifier,
  };
  const serverUrl = `${server}/mcp`;
  const begun = await auth(provider, { serverUrl, scope });
  say({ begun, url });
  const back = new URL((await next()).back);
  const done = await auth(provider, { serverUrl, authorizationCode: back.searchParams.get("code") });
  say({ done, access: tokens.access_token, scope: tokens.scope });
}

await (way === "assistant" ? assistant() : library());
