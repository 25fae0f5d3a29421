// The officers' OpenID Connect issuer on this machine, for development and tests only: whoever types a name is an officer.
// The node-oidc-provider library is certified, so what works here works with an issuer that follows the standard.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { address, audience, client, role, origins, modules } = JSON.parse(process.env.ISSUER);
const required = createRequire(path.join(modules, "package.json"));
const { Provider } = await import(pathToFileURL(required.resolve("oidc-provider")).href);

/** How long an officer's token lives, in seconds: longer than anything that is done with one here. */
const HOUR = 3600;

/** What tokens are for, where a client does not say it (RFC 8707). */
const RESOURCE = `urn:${audience}`;

const consoles = origins.flatMap((origin) => [`${origin}/office`, `${origin}/office/`]);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(address, {
  clients: [
    {
      client_id: client,
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code"],
      response_types: ["code"],
      redirect_uris: consoles,
      post_logout_redirect_uris: consoles,
    },
  ],
  // A new key at every start: a name that was used before must not lead to an older one that somebody kept.
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig", kid: randomBytes(12).toString("hex") }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  pkce: { required: () => true },
  scopes: ["openid"],
  findAccount: (_, name) => ({ accountId: name, claims: () => ({ sub: name }) }),
  clientBasedCORS: (_, origin) => origins.includes(origin),
  extraTokenClaims: () => ({ roles: [role] }),
  // What an officer would be asked to agree to is agreed to already.
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
    grant.addOIDCScope("openid");
    grant.addResourceScope(RESOURCE, "openid");
    await grant.save();
    return grant;
  },
  ttl: { AccessToken: HOUR, AuthorizationCode: 60, Grant: 8 * HOUR, IdToken: HOUR, Interaction: HOUR, Session: 8 * HOUR },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "openid",
        audience,
        accessTokenFormat: "jwt",
        accessTokenTTL: HOUR,
        jwt: { sign: { alg: "RS256" } },
      }),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        const ask = `${form}<button form="op.logoutForm" name="logout" value="yes">Keluar</button>`;
        ctx.body = page("Keluar", ask);
      },
      postLogoutSuccessSource: (ctx) => {
        ctx.body = page("Keluar", "<p>Anda sudah keluar.</p>");
      },
    },
  },
  renderError: (ctx, { error, error_description: why }) => {
    ctx.body = page("Masalah", `<p>${escaped(error)}: ${escaped(why ?? "")}</p>`);
  },
});

const answer = provider.callback();

createServer(async (request, response) => {
  try {
    if (!request.url.startsWith("/interaction/")) {
      await answer(request, response);
    } else if (request.method === "POST") {
      const accountId = new URLSearchParams(await text(request)).get("name")?.trim();
      await (accountId
        ? provider.interactionFinished(request, response, { login: { accountId } })
        : ask(response));
    } else {
      // Fails where there is no such interaction.
      await provider.interactionDetails(request, response);
      ask(response);
    }
  } catch (error) {
    response.writeHead(400, { "Content-Type": "text/html; charset=utf-8" });
    response.end(page("Masalah", `<p>${escaped(error.message)}</p>`));
  }
}).listen(Number(new URL(address).port), "127.0.0.1");

/** The sign-in page. */
function ask(response) {
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  const field = '<label>Nama petugas <input name="name" required autofocus autocomplete="off"></label>';
  response.end(page("Masuk", `<form method="post">${field} <button>Masuk</button></form>`));
}

function page(title, content) {
  return `<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><h1>${title}</h1><p>Hanya untuk pengembangan: siapa pun boleh masuk sebagai petugas mana pun.</p>
${content}</html>`;
}

function escaped(value) {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

async function text(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
