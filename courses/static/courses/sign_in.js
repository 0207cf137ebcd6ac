// Signing in on a phone that may be offline: what could not be sent is kept with its time and sent later.
// The server checks the code against the time claimed; without this script the form is sent as it is.
(function () {
  "use strict";
  if (!window.fetch) return;
  var form = document.querySelector("[data-sign-in]"), flusher = document.querySelector("[data-sign-in-flush]");
  var node = form || flusher;
  if (!node) return;
  var user = node.getAttribute("data-user");
  var token = form ? form.querySelector("[name=csrfmiddlewaretoken]").value : flusher.getAttribute("data-csrf");

  var disk = window.keptOnDisk.spare("sign-in", "entries");  // what the server has not answered: one record a press of the button
  // resolves with {done, text}; rejects when there is no network or the server is unwell
  function send(entry, goesOn) {
    return fetch(entry.url, {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token, "Accept": "application/json" },
      body: JSON.stringify({ code: entry.code, at: entry.at, out: entry.out, now: Date.now(), goes_on: !!goesOn })
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
    disk.all().then(function (found) {
      var id = Object.keys(found).filter(function (one) { return found[one].user === user; })
        .sort(function (a, b) { return found[a].at - found[b].at; })[0];
      if (!id) return;
      send(found[id]).then(function (answer) {
        say(flusher || document.querySelector("[data-sign-in-said]"), answer.text, answer.done ? "good" : "warn");
        disk.drop(id).then(flush);
      }, function () { /* still offline: next time */ });
    });
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
    var entry = { user: user, url: form.getAttribute("data-sign-in"), code: code, at: Date.now(), out: leaving };
    // on the disk before it is sent: a line may hang, and the phone die meanwhile
    var id = user + " " + entry.url + " " + entry.at, written = disk.put(id, entry);
    send(entry, true).then(function (answer) {
      disk.drop(id).then(function () {
        if (answer.done) { location.href = form.getAttribute("data-next"); return; }
        say(said, answer.text, "bad");
        var box = form.querySelector("[name=code]");
        if (box) { box.value = ""; box.focus(); }
      });
    }, function () {
      written.then(function (kept) { say(said, form.getAttribute(kept ? "data-kept" : "data-lost"), kept ? "warn" : "bad"); });
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
