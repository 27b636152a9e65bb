// A provider of identity of others, and a person at its pages. Lines of JSON: first {redirect}; then {go, as} takes the way
// through its pages as this person and answers where the browser is sent back to, {people} says who is there, {rotate} gives
// the provider other keys, {leave} gives the token it sends when somebody has signed out, {} says how often its keys were
// asked for.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
for (const name of ["log", "info", "warn"]) console[name] = () => {};

let people = {}, handle, signing, keysAsked = 0;
const server = createServer((request, response) => {
  if (request.url === "/jwks") keysAsked += 1;
  return handle(request, response);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const begin = async ({ redirect, inToken }) => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const { privateKey: rsa } = await generateKeyPair("RS256", { extractable: true });
  const keys = await Promise.all([[privateKey, "ES256"], [rsa, "RS256"]].map(async ([key, alg]) => ({ ...(await exportJWK(key)), alg, use: "sig", kid: crypto.randomUUID() })));
  signing = { key: privateKey, kid: keys[0].kid };
  const client = { client_id: "akrab", client_secret: "rahasia:+%&x", redirect_uris: [redirect], id_token_signed_response_alg: inToken ? "ES256" : "RS256" };
  const provider = new Provider(issuer, {
    clients: [client],
    jwks: { keys },
    pkce: { required: () => true },
    conformIdTokenClaims: !inToken,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: ["tests"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  handle = provider.callback();
};

/** What the provider sends when somebody has signed out. */
const leave = async (sub, { stranger, ...change }) => {
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  const claims = { iss: issuer, aud: "akrab", sub, jti: crypto.randomUUID(), events, ...change };
  const key = stranger ? (await generateKeyPair("ES256")).privateKey : signing.key;
  return { token: await new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "logout+jwt", kid: signing.kid }).setIssuedAt().setExpirationTime("2m").sign(key) };
};

/** Takes the way of a person through the provider's pages. */
const go = async (address, person) => {
  const cookies = new Map();
  let url = address, form;
  for (let n = 0; n < 20; n++) {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const response = await fetch(url, { redirect: "manual", headers, ...(form && { method: "POST", body: new URLSearchParams(form) }) });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(";")[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    const next = response.headers.get("location");
    if (next) {
      url = new URL(next, url).href;
      form = undefined;
      if (!url.startsWith(issuer)) return { back: url };
      continue;
    }
    const html = await response.text();
    const prompt = html.match(/name="prompt" value="(\w+)"/)?.[1];
    if (!prompt) return { status: response.status, html };
    url = new URL(html.match(/action="([^"]+)"/)[1], url).href;
    form = prompt === "login" ? { prompt, login: person, password: "x" } : { prompt };
  }
  return { status: "too many pages" };
};

const first = JSON.parse((await lines.next()).value);
await begin(first);
say({ issuer });
for await (const line of lines) {
  const told = JSON.parse(line);
  if (told.people) people = told.people;
  if (told.rotate) await begin({ ...first, ...told });
  say(told.leave ? await leave(told.leave, told.change) : told.go ? await go(told.go, told.as) : { keysAsked });
}
