// Study time: tells the server every half minute how long somebody really read, keeps what could not be sent.
// The server's clock decides; this only claims. Without this script the finish button credits the time instead.
(function () {
  "use strict";
  var TICK = 5000, PING = 30000, IDLE = 120000, KEPT = "study-journal";
  var node = document.querySelector("[data-study]");
  var flusher = node || document.querySelector("[data-study-flush]");
  if (!flusher || !window.fetch) return;
  var user = flusher.getAttribute("data-user"), csrf = flusher.getAttribute("data-csrf");

  // ---- the journal: stretches read while offline, per lesson, of this user only ----
  function journal() {
    try {
      var found = JSON.parse(localStorage.getItem(KEPT) || "{}");
      return found.user === user ? found : { user: user, lessons: {} };
    } catch (error) { return { user: user, lessons: {} }; }
  }
  function keep(found) {
    try { localStorage.setItem(KEPT, JSON.stringify(found)); } catch (error) { /* full or closed: this time is lost, nothing else */ }
  }
  function note(url, from, to, seconds) {
    if (seconds < 1) return;
    var found = journal(), list = found.lessons[url] || [], last = list[list.length - 1];
    if (last && from - last.to < 5000) { last.to = to; last.seconds += seconds; } else { list.push({ from: from, to: to, seconds: seconds }); }
    found.lessons[url] = list.slice(-100);
    keep(found);
  }
  function send(url, body, leaving) {
    return fetch(url, {
      method: "POST", credentials: "same-origin", keepalive: !!leaving, redirect: "error",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf, "Accept": "application/json" },
      body: JSON.stringify(body)
    }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
  }
  function flush(except) {
    var found = journal();
    Object.keys(found.lessons).forEach(function (url) {
      if (url === except) return;
      send(url, { seconds: 0, stopped: true, now: Date.now(), stretches: found.lessons[url] }).then(function () {
        var left = journal();
        delete left.lessons[url];
        keep(left);
      }, function () { /* still offline, or the lesson is gone: next time */ });
    });
  }
  flush(node ? node.getAttribute("data-study") : "");
  if (!node) return;

  // ---- reading ----
  var url = node.getAttribute("data-study");
  var active = 0, since = Date.now(), lastTick = Date.now(), lastSign = Date.now(), lastSend = 0, open = false, busy = false;
  var status = document.querySelector("[data-study-status]"), shownMinutes = document.querySelector("[data-study-minutes]");
  ["scroll", "pointerdown", "keydown", "touchstart", "mousemove"].forEach(function (name) {
    window.addEventListener(name, function () { lastSign = Date.now(); }, { passive: true });
  });
  function place() {
    var box = node.getBoundingClientRect(), height = box.height || 1;
    return Math.max(0, Math.min(1000, Math.round(1000 * (window.innerHeight - box.top) / height)));
  }
  function tick() {
    var now = Date.now(), passed = Math.min(now - lastTick, 2 * TICK);
    lastTick = now;
    if (!document.hidden && now - lastSign < IDLE) active += passed;
    if (now - lastSend >= PING) report(false);
  }
  function report(leaving) {
    if (busy && !leaving) return;
    var now = Date.now(), seconds = Math.round(active / 1000), from = since;
    var waiting = journal().lessons[url] || [];
    var body = { seconds: seconds, place: place(), stopped: !!leaving || document.hidden };
    if (waiting.length) { body.stretches = waiting; body.now = now; }
    active = 0; since = now; lastSend = now; busy = true;
    send(url, body, leaving).then(function (answer) {
      busy = false; open = true;
      var left = journal();
      if (waiting.length) { delete left.lessons[url]; keep(left); }
      if (shownMinutes) shownMinutes.textContent = Math.floor(answer.seconds / 60);
      if (status) status.textContent = "（" + answer.at + " ✓）";
    }, function (error) {
      busy = false;
      note(url, from, now, seconds);
      if (status) status.textContent = error.message === "401" ? status.getAttribute("data-signed-out") : "（…）";
    });
  }
  report(false);
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", function () {
    tick();
    if (document.hidden) { report(true); } else { lastTick = Date.now(); lastSign = Date.now(); since = Date.now(); report(false); }
  });
  window.addEventListener("pagehide", function () { tick(); report(true); });
  window.addEventListener("online", function () { report(false); });

  // with the script at work the page itself is not credited again by the finish button
  var finish = document.querySelector("[data-study-finish]");
  if (finish) {
    var shown = finish.querySelector("[name=shown]");
    if (shown) shown.parentNode.removeChild(shown);
    finish.addEventListener("submit", function (event) {
      if (finish.hasAttribute("data-counted")) return;
      event.preventDefault();
      finish.setAttribute("data-counted", "");
      tick();
      var go = function () { HTMLFormElement.prototype.submit.call(finish); };
      var seconds = Math.round(active / 1000);
      active = 0;
      send(url, { seconds: seconds, place: place() }).then(go, go);
    });
  }

  // back to where one was
  var last = parseInt(node.getAttribute("data-place"), 10) || 0;
  if (last > 150 && last < 950 && !location.hash && window.scrollY < 50) {
    var box = node.getBoundingClientRect();
    window.scrollTo(0, Math.max(0, window.scrollY + box.top + box.height * last / 1000 - window.innerHeight));
  }
})();
