// Lets pages be read again without network. An answer with X-Keep-On-Device: <seconds> is kept, with its styles, scripts and
// pictures, as it goes by; when the network fails the kept page is shown, else the page that says so. Nothing kept outlives
// its seconds, or whoever signs out. What is read online always comes from the server.
"use strict";
const PAGES = "pages", PARTS = "parts", MANY = 40, MANY_PARTS = 300;
const KEEP = "X-Keep-On-Device", OFFLINE = "{% url 'cms:offline' %}";
const ACCOUNTS = "{% url 'account_login' %}".replace(/[^/]+\/$/, "");  // signing in and out, by whatever way
const SPEAKING = ["{% url 'set_language' %}", "{% url 'cms:large_type' %}"];
const PART = /(?:href|src)="(\/(?:static|media)\/[^"]+\.(?:css|js|svg|png|jpe?g|gif|webp|avif|woff2?))"/g;

self.addEventListener("install", (event) => event.waitUntil(keepOffline().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => { if (event.data && event.data.keep) event.waitUntil(ahead(event.data.keep)); });
self.addEventListener("fetch", (event) => {
  const request = event.request, address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(event, request, address.pathname));
  else if (request.method === "GET" && /^\/(static|media)\//.test(address.pathname)) event.respondWith(part(request));
});

async function activate() {
  await self.clients.claim();
  if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
}
async function navigate(event, request, path) {
  let answer;
  try {
    answer = await event.preloadResponse || await fetch(request);
  } catch (error) {
    return request.method === "GET" && await kept(path) || offline(request.method);
  }
  // no server behind the door is no network
  if (answer.status >= 502) return request.method === "GET" && await kept(path) || answer;
  if (answer.status < 500) event.waitUntil(after(request, path, answer.headers.has(KEEP) ? answer.clone() : null));
  return answer;
}
async function after(request, path, answer) {
  const posted = request.method === "POST";
  if (path.startsWith(ACCOUNTS) && (posted || path.includes("callback"))) await caches.delete(PAGES);
  if (posted && SPEAKING.includes(path)) await keepOffline();
  // the same page under a question (a scanned code, a filter) is not the page
  if (!posted && !new URL(request.url).search) await keep(path, answer);
}
async function ahead(path) {
  if (await kept(path)) return;
  await keep(path, await fetch(path, { credentials: "same-origin", headers: { Accept: "text/html" } }));
}

async function keep(path, answer) {
  const pages = await caches.open(PAGES), seconds = answer && answer.ok && !answer.redirected ? Number(answer.headers.get(KEEP)) : 0;
  if (!(seconds > 0)) { await pages.delete(path); return; }
  const headers = new Headers(answer.headers), html = await answer.text();
  headers.delete("Content-Encoding");
  headers.set("X-Kept-Until", String(Date.now() + seconds * 1000));
  await pages.delete(path);  // so that the newest stands last
  await pages.put(path, new Response(html, { status: 200, headers: headers }));
  await keepParts(html);
  await sweep(pages);
}
async function keepParts(html) {
  const parts = await caches.open(PARTS);
  await Promise.all(Array.from(html.matchAll(PART), async (found) => {
    if (!await parts.match(found[1])) await parts.add(found[1]).catch(() => null);
  }));
  const all = await parts.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - MANY_PARTS)).map((old) => parts.delete(old)));
}
async function sweep(pages) {
  const all = await pages.keys();
  await Promise.all(all.map(async (request, place) => {
    if (place < all.length - MANY || over(await pages.match(request))) await pages.delete(request);
  }));
}
function over(answer) { return !answer || Number(answer.headers.get("X-Kept-Until")) < Date.now(); }
async function kept(path) {
  const pages = await caches.open(PAGES), answer = await pages.match(path);
  if (!answer || !over(answer)) return answer;
  await pages.delete(path);
}
async function part(request) {
  try {
    return await fetch(request);
  } catch (error) {
    return await caches.match(request.url) || Response.error();
  }
}

async function keepOffline() {
  const answer = await fetch(OFFLINE, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error("no page to show without network");
  const html = await answer.clone().text();
  await (await caches.open(PARTS)).put(OFFLINE, answer);
  await keepParts(html);
}
// a form that could not be sent is not sent again by looking once more
async function offline(method) {
  const answer = await caches.match(OFFLINE);
  if (!answer || method === "GET") return answer || Response.error();
  return new Response((await answer.text()).replace('data-asked="page"', 'data-asked="form"'), { status: 503, headers: answer.headers });
}
