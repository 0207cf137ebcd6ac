// Signing in on a phone that may be offline: what could not be sent is kept with its time and sent later.
// The server checks the code against the time claimed; without this script the form is sent as it is.
(function () {
  "use strict";
  var KEPT = "sign-in-journal";
  if (!window.fetch) return;
  var form = document.querySelector("[data-sign-in]"), flusher = document.querySelector("[data-sign-in-flush]");
  var node = form || flusher;
  if (!node) return;
  var user = node.getAttribute("data-user");
  var token = form ? form.querySelector("[name=csrfmiddlewaretoken]").value : flusher.getAttribute("data-csrf");

  function journal() {
    try {
      var found = JSON.parse(localStorage.getItem(KEPT) || "{}");
      return found.user === user && Array.isArray(found.entries) ? found : { user: user, entries: [] };
    } catch (error) { return { user: user, entries: [] }; }
  }
  function keep(found) {
    try { localStorage.setItem(KEPT, JSON.stringify(found)); return true; } catch (error) { return false; }
  }
  // resolves with {done, text}; rejects when there is no network or the server is unwell
  function send(entry) {
    return fetch(entry.url, {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token, "Accept": "application/json" },
      body: JSON.stringify({ code: entry.code, at: entry.at, out: entry.out, now: Date.now() })
    }).then(function (answer) {
      if (answer.status === 404) return { done: false, text: "" };
      if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
      return answer.json().then(function (said) { return { done: answer.ok, text: said.text }; });
    });
  }
  function say(place, text, kind) {
    if (!place || !text) return;
    place.className = "notice notice-" + kind;
    place.textContent = text;
    place.hidden = false;
  }
  function flush() {
    var entry = journal().entries[0];
    if (!entry) return;
    send(entry).then(function (answer) {
      var left = journal();
      left.entries = left.entries.filter(function (one) { return one.at !== entry.at || one.url !== entry.url; });
      keep(left);
      say(flusher || document.querySelector("[data-sign-in-said]"), answer.text, answer.done ? "good" : "warn");
      flush();
    }, function () { /* still offline: next time */ });
  }
  flush();
  window.addEventListener("online", flush);
  if (!form) return;

  // the address decides, not the words: without network the page may be one that was kept before the code was scanned
  var said = document.querySelector("[data-sign-in-said]");
  var leaving = form.hasAttribute("data-out") && /[?&]out=1/.test(location.search), scanned = (/[?&]t=([0-9a-f]+-[0-9a-f]+)/.exec(location.search) || [])[1];
  if (leaving && !form.querySelector("[name=out]")) {
    [document.querySelector("h1"), form.querySelector("[type=submit]")].forEach(function (node) { node.textContent = form.getAttribute("data-out"); });
  }
  if (scanned && !form.querySelector("[name=token]")) {
    form.querySelector(".field").textContent = form.getAttribute("data-scanned");
  }
  function submit(code) {
    var entry = { url: form.getAttribute("data-sign-in"), code: code, at: Date.now(), out: leaving };
    send(entry).then(function (answer) {
      if (answer.done) { location.href = form.getAttribute("data-next"); return; }
      say(said, answer.text, "bad");
      var box = form.querySelector("[name=code]");
      if (box) { box.value = ""; box.focus(); }
    }, function () {
      var found = journal();
      found.entries = found.entries.concat([entry]).slice(-20);
      say(said, keep(found) ? form.getAttribute("data-kept") : String(new Date()), "warn");
    });
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    submit(scanned || form.querySelector("[name=code]").value.trim());
  });
  if (window.courseScan) {
    window.courseScan(form.querySelector("[data-scan]"), document.querySelector("[data-scan-video]"), function (text) {
      var match = /[?&]t=([0-9a-f]+-[0-9a-f]+)/.exec(text);
      if (!match) return false;
      submit(match[1]);
      return true;
    });
  }
})();
