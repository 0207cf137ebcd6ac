// Study time: tells the server every half minute how long somebody really read, keeps what could not be sent.
// The server's clock decides; this only claims. Without this script the finish button credits the time instead.
(function () {
  "use strict";
  var TICK = 5000, PING = 30000, IDLE = 120000, MOST = 100;
  var node = document.querySelector("[data-study]");
  var flusher = node || document.querySelector("[data-study-flush]");
  if (!flusher || !window.fetch) return;
  var user = flusher.getAttribute("data-user"), csrf = flusher.getAttribute("data-csrf");

  // ---- what the server does not have yet: one record a stretch read, on the disk before it is sent; of this user only ----
  var disk = window.keptOnDisk.spare("study", "stretches");
  function unsent(of) {  // {lesson's address: [[name, stretch], …]}, the oldest first
    return disk.all().then(function (found) {
      var lessons = {};
      Object.keys(found).forEach(function (id) {
        var one = found[id];
        if (one.user === user && (!of || one.url === of)) (lessons[one.url] = lessons[one.url] || []).push([id, one]);
      });
      Object.keys(lessons).forEach(function (url) {
        lessons[url] = lessons[url].sort(function (a, b) { return a[1].from - b[1].from; }).slice(0, MOST);
      });
      return lessons;
    });
  }
  function stretches(rows) {
    return rows.map(function (row) { return { from: row[1].from, to: row[1].to, seconds: row[1].seconds }; });
  }
  function drop(rows) { rows.forEach(function (row) { disk.drop(row[0]); }); }
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
    unsent().then(function (lessons) {
      Object.keys(lessons).forEach(function (url) {
        var rows = lessons[url];
        if (url === except) return;
        send(url, { seconds: 0, stopped: true, now: Date.now(), stretches: stretches(rows) }).then(function () {
          drop(rows);
          if (rows.length === MOST) setTimeout(flush, 1000, except);
        }, function () { /* still offline, or the lesson is gone: next time */ });
      });
    });
  }
  flush(node ? node.getAttribute("data-study") : "");
  if (!node) return;

  // ---- reading ----
  var url = node.getAttribute("data-study");
  var active = 0, since = Date.now(), lastTick = Date.now(), lastSign = Date.now(), lastSend = 0, busy = false;
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
  function take() {  // what was read since the last time, now on the disk: [name, stretch]
    var now = Date.now(), stretch = { user: user, url: url, from: since, to: now, seconds: Math.round(active / 1000) };
    var row = [user + " " + url + " " + since, stretch];
    active = 0; since = now;
    if (stretch.seconds > 0) disk.put(row[0], stretch);
    return row;
  }
  function report(leaving) {
    var row = take();
    lastSend = Date.now();
    if (leaving) { transmit(row, [], true); return; }  // no page is left to read the disk
    if (busy) return;  // the line is slow: this one waits on the disk with the others
    busy = true;
    unsent(url).then(function (lessons) {
      transmit(row, (lessons[url] || []).filter(function (one) { return one[0] !== row[0]; }), false);
    });
  }
  function transmit(row, waiting, leaving) {
    var body = { seconds: row[1].seconds, place: place(), stopped: leaving || document.hidden };
    if (waiting.length) { body.stretches = stretches(waiting); body.now = Date.now(); }
    send(url, body, leaving).then(function (answer) {
      busy = false;
      drop(waiting.concat([row]));
      if (shownMinutes) shownMinutes.textContent = Math.floor(answer.seconds / 60);
      if (status) status.textContent = "（" + answer.at + " ✓）";
    }, function (error) {
      busy = false;
      if (status) status.textContent = status.getAttribute(error.message === "401" ? "data-signed-out" : "data-kept");
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
      var row = take(), go = function () { HTMLFormElement.prototype.submit.call(finish); };
      send(url, { seconds: row[1].seconds, place: place() }).then(function () { drop([row]); go(); }, function (error) {
        if (/^\d+$/.test(error.message)) { go(); return; }  // the server says why on its page
        finish.removeAttribute("data-counted");
        if (status) status.textContent = status.getAttribute("data-kept");
      });
    });
  }

  // back to where one was
  var last = parseInt(node.getAttribute("data-place"), 10) || 0;
  if (last > 150 && last < 950 && !location.hash && window.scrollY < 50) {
    var box = node.getBoundingClientRect();
    window.scrollTo(0, Math.max(0, window.scrollY + box.top + box.height * last / 1000 - window.innerHeight));
  }
})();
