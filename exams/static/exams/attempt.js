// The attempt page: one question at a time, every answer kept on this device and sent with a sequence number.
// Without this script the same form is posted as a whole. The server's clock rules; this one only shows it.
(function () {
  "use strict";
  var form = document.getElementById("exam");
  if (!form || !window.fetch || !window.Promise) return;
  var known = JSON.parse(document.getElementById("exam-known").textContent);
  var words = document.getElementById("exam-words").dataset;
  var find = function (s) { return form.querySelector(s); };
  var all = function (s, root) { return Array.prototype.slice.call((root || form).querySelectorAll(s)); };
  var id = form.dataset.attempt, KEY = "exam:" + id, BEAT = KEY + ":alive";
  var questions = all("[data-q]"), numbers = questions.map(function (q) { return +q.dataset.q; });
  var here = 0, offset = known.now - Date.now(), sending = false, timer = 0, retry = 1000;
  // ready: this window may write; held: another one does; over: time is up; closed: handed in
  var ready = false, held = false, over = false, closed = false, wantsIn = false, waited = false;
  var journal = {}, storageWorks = true, leftAt = 0, cells = {};
  // what is said aloud: few moments of the clock, and that answers are saved, not after every one of them
  var moments = [1800, 600, 300, 60], saidAt = 0, stranded = false;
  // recalled: what the disk kept has been read, so it may be written; writing: how many are on their way to it
  var disk = window.keptOnDisk("exam", "attempts"), recalled = false, writing = 0;
  var standing = {};
  Object.keys(known.answers).forEach(function (n) { standing[n] = known.answers[n][0]; });

  function now() { return Date.now() + offset; }
  function say(text) { find("[data-say]").textContent = text; }
  function cookie(name) { var m = document.cookie.match("(?:^|; )" + name + "=([^;]*)"); return m ? decodeURIComponent(m[1]) : ""; }
  function token() { return cookie("csrftoken") || form.elements.csrfmiddlewaretoken.value; }
  function show(selector, visible) { find(selector).hidden = !visible; }
  function trouble(text) { find("[data-trouble-text]").textContent = text || ""; show("[data-trouble]", !!text); if (text) say(text); }

  // --- this device: the journal of what the server has not confirmed, and which window is alive
  function load() {
    try { journal = JSON.parse(localStorage.getItem(KEY)) || {}; } catch (e) { journal = {}; }
  }
  function keep() {
    var full = Object.keys(journal).length > 0, kept = true;
    try {
      if (full) localStorage.setItem(KEY, JSON.stringify(journal)); else localStorage.removeItem(KEY);
    } catch (e) { kept = false; }
    if (!recalled) return;
    writing += 1;
    (closed ? disk.drop(id) : disk.put(id, { answers: JSON.parse(JSON.stringify(journal)), window: ready ? win : last() })).then(function (written) {
      writing -= 1;
      if (!writing) status();
      if (!kept && !written && storageWorks) { storageWorks = false; trouble(words.noStorage); }
    });
  }
  function recall() {
    return disk.get(id).then(function (record) {
      recalled = true;
      if (!record) return;
      if (!last()) remember(record.window);
      Object.keys(record.answers).forEach(function (n) {
        var e = record.answers[n];
        if (!cells[n] || e.s <= Math.max(standing[n] || 0, journal[n] ? journal[n].s : 0)) return;
        journal[n] = e;
        put(n, e.a, e.f);
      });
      keep(); count(); status();
    });
  }
  var win;
  try { win = sessionStorage.getItem("exam-window"); } catch (e) { win = ""; }
  // a duplicated tab copies sessionStorage: a name that is alive elsewhere is not ours
  function beat() { try { return JSON.parse(localStorage.getItem(BEAT)) || {}; } catch (e) { return {}; } }
  function alive(name) { var b = beat(); return b.w === name && Date.now() - b.t < 3500; }
  function fresh() {
    var bytes = new Uint8Array(12);
    crypto.getRandomValues(bytes);
    win = Array.prototype.map.call(bytes, function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
    try { sessionStorage.setItem("exam-window", win); } catch (e) { /* a new name each load, then */ }
  }
  if (!win || alive(win)) fresh();
  function pulse() { if (ready && !closed) try { localStorage.setItem(BEAT, JSON.stringify({ w: win, t: Date.now() })); } catch (e) { /* none */ } }
  window.addEventListener("pagehide", function () {
    if (beat().w === win) try { localStorage.removeItem(BEAT); } catch (e) { /* none */ }
  });

  // --- the form: an answer is a word of letters for a choice, else a list (see rules.marking); empty when nothing is given
  var CHOICES = { single: 1, multiple: 1, true_false: 1 };
  var byNumber = {};
  questions.forEach(function (q) { byNumber[+q.dataset.q] = q; });
  function kind(n) { return byNumber[n].dataset.kind; }
  function fields(n) { return all("input[name^='q'], select[name^='q'], textarea[name^='q']", byNumber[n]); }
  function chosen(n) {
    var k = kind(n);
    if (CHOICES[k]) return all('input[name="q' + n + '"]:checked').map(function (i) { return i.value; }).sort().join("");
    var list = fields(n).map(function (f) { return f.value; });
    if (k === "ordering") {
      var order = [];
      fields(n).forEach(function (f) { if (f.value) order[f.value - 1] = f.dataset.letter; });
      list = Array.from(order, function (letter) { return letter || ""; });
    }
    return list.some(function (text) { return text.trim(); }) ? list : [];
  }
  function given(n) { return chosen(n).length > 0; }
  function flagged(n) { return find('input[name="f' + n + '"]').checked; }
  function put(n, answer, flag) {
    var k = kind(n), boxes = fields(n);
    if (CHOICES[k]) boxes.forEach(function (i) { i.checked = answer.indexOf(i.value) >= 0; });
    else if (k === "ordering") boxes.forEach(function (f) { var at = answer.indexOf(f.dataset.letter); f.value = at < 0 ? "" : at + 1; });
    else boxes.forEach(function (f, i) { f.value = answer[i] || ""; });
    find('input[name="f' + n + '"]').checked = !!flag;
    boxes.forEach(was);
    paint(n);
  }
  // two things cannot stand in one place: who held it gets the place that was left
  function was(field) { if (field.dataset.letter) field.dataset.was = field.value; }
  function swap(field) {
    fields(+field.name.match(/\d+/)[0]).forEach(function (other) {
      if (other !== field && field.value && other.value === field.value) { other.value = field.dataset.was || ""; was(other); }
    });
    was(field);
  }
  function paint(n) {
    var q = byNumber[n], cell = cells[n], done = given(n), length = q.querySelector("[data-length]");
    all(".opt", q).forEach(function (o) { o.classList.toggle("opt-on", o.querySelector("input").checked); });
    q.querySelector("[data-clear]").hidden = !done;
    if (length) { length.hidden = false; length.querySelector(".num").textContent = fields(n)[0].value.replace(/\s/g, "").length; }
    cell.classList.toggle("exam-done", done);
    cell.classList.toggle("exam-flagged", flagged(n));
    cell.classList.toggle("exam-unsent", !!journal[n]);
    var told = CHOICES[kind(n)] ? chosen(n) : done ? words.given : "";
    cell.setAttribute("aria-label", q.querySelector(".tag").textContent.split("·")[0] + (told || "—") + (flagged(n) ? " ⚑" : ""));
  }
  function count() {
    find('[data-count="answered"]').textContent = numbers.filter(given).length;
    find('[data-count="flagged"]').textContent = numbers.filter(flagged).length;
  }
  function changed(n, pause) {
    if (closed || held || over) return;
    var sequence = Math.max((standing[n] || 0) + 1, journal[n] ? journal[n].s + 1 : 0, Math.floor(now()));
    journal[n] = { s: sequence, a: chosen(n), t: Math.floor(now()), f: flagged(n) ? 1 : 0 };
    keep(); paint(n); count(); status();
    clearTimeout(timer);
    timer = setTimeout(send, pause || 250);
  }

  // --- the server
  function status(at) {
    var line = find("[data-saved]"), waiting = Object.keys(journal).length;
    line.classList.toggle("exam-waiting", waiting > 0);
    if (waiting) line.textContent = !writing && (navigator.onLine === false || retry > 1000) ? words.local : words.saving;
    else if (at) {
      line.textContent = words.done + " " + at;
      line.dataset.at = at;
      if (stranded || Date.now() - saidAt > 30000) { say(line.textContent); saidAt = Date.now(); stranded = false; }
    }
    else if (line.dataset.at) line.textContent = words.done + " " + line.dataset.at;
  }
  function post(url, body, type) {
    var headers = { "X-CSRFToken": token(), "Accept": "application/json" };
    if (type) headers["Content-Type"] = type;
    return fetch(url, { method: "POST", body: body, headers: headers, credentials: "same-origin", redirect: "manual", cache: "no-store" });
  }
  function gone(response) {
    if (response.type !== "opaqueredirect" && response.status !== 401 && response.status !== 403) return;
    trouble(words.signedOut);
    throw new Error("signed out");
  }
  function offline(yes) {
    show("[data-offline]", yes);
    if (yes && !stranded) { say(words.local); stranded = true; }
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(send, retry);
    retry = Math.min(retry * 2, 15000);
  }
  function send() {
    var waiting = Object.keys(journal);
    if (!waiting.length) { if (over) handIn(); return; }
    if (sending || closed || !ready) return;
    sending = true;
    clearTimeout(timer);
    var batch = waiting.slice(0, 100).map(function (n) { var e = journal[n]; return [+n, e.s, e.a, e.t, e.f]; });
    post(form.dataset.answers, JSON.stringify({ w: win, a: batch }), "application/json").then(function (response) {
      gone(response);
      if (response.status >= 500 || response.status === 429) throw new Error("server");
      return response.json().then(function (r) { return [response.status, r]; });
    }).then(function (pair) {
      var r = pair[1];
      sending = false; retry = 1000; offline(false);
      if (r.state === "closed" || pair[0] === 404) { drop(); return go(); }
      if (r.state === "elsewhere") return hold();
      if (pair[0] !== 200) { trouble(r.reason || words.refused); batch.forEach(function (e) { if (journal[e[0]] && journal[e[0]].s === e[1]) delete journal[e[0]]; }); keep(); return; }
      offset = r.now - Date.now();
      trouble("");
      Object.keys(r.saved).forEach(function (n) {
        standing[n] = Math.max(standing[n] || 0, r.saved[n]);
        if (journal[n] && journal[n].s <= r.saved[n]) delete journal[n];
      });
      r.refused.forEach(function (n) { delete journal[n]; });
      if (r.refused.length) trouble(words.late);
      keep();
      batch.forEach(function (e) { paint(e[0]); });
      status(r.at);
      if (Object.keys(journal).length || over) send();
      else if (wantsIn) go();
    }).catch(function () {
      sending = false;
      offline(true); status();
      if (wantsIn) { wantsIn = false; trouble(words.wait); }
      later();
    });
  }
  function drop() { journal = {}; closed = true; keep(); }
  function go() { location.href = form.dataset.submit; }
  function handIn() {
    if (Object.keys(journal).length) { wantsIn = true; send(); return; }
    if (!over) { go(); return; }
    if (closed) return;
    closed = true;
    var data = new FormData();
    data.append("csrfmiddlewaretoken", token());
    post(form.dataset.submit, data).then(go, function () { closed = false; setTimeout(handIn, 3000); });
  }

  // --- which window writes
  function hold() { held = true; ready = false; form.classList.add("exam-held"); show("[data-elsewhere]", true); find("[data-elsewhere] button").focus(); }
  // a random name this browser keeps for itself tells a second tab from a second device; it says nothing of the person
  function device() {
    try {
      var name = localStorage.getItem("exam-device");
      if (!name) { name = win.slice(0, 12) + Math.floor(Math.random() * 1296).toString(36); localStorage.setItem("exam-device", name); }
      return name.slice(0, 16);
    } catch (e) { return ""; }
  }
  function claim(insist) {
    var data = new FormData();
    data.append("window", win);
    data.append("device", device());
    if (insist) data.append("insist", "1");
    return post(form.dataset.window, data).then(function (response) {
      gone(response);
      if (!response.ok) throw new Error("server");
      return response.json();
    }).then(function (r) {
      offset = r.now - Date.now();
      if (r.state === "closed") { drop(); return go(); }
      if (r.state === "elsewhere") {
        // the window that writes was on this device and is gone: nobody to ask
        var b = beat();
        if (b.w === r.writer ? !alive(r.writer) : last() === r.writer) return claim(true);
        if (b.w === r.writer && !waited) { waited = true; setTimeout(function () { claim(false).catch(reclaim); }, 3600); return; }
        return hold();
      }
      held = false; ready = true;
      remember(win);
      form.classList.remove("exam-held"); show("[data-elsewhere]", false); offline(false); retry = 1000;
      numbers.forEach(function (n) {
        var server = r.answers[n], local = journal[n];
        if (server) standing[n] = server[0];
        if (local && server && local.s <= server[0]) { delete journal[n]; local = null; }
        if (local) put(n, local.a, local.f); else if (server) put(n, server[1], server[2]);
      });
      keep(); count(); pulse(); status();
      send();
    });
  }
  // no network at the start: answers stay on this device, and the window is claimed when the network is back
  function reclaim() { offline(true); status(); setTimeout(function () { if (!ready && !held) claim(false).catch(reclaim); }, retry); retry = Math.min(retry * 2, 15000); }
  function last() { try { return localStorage.getItem(KEY + ":last"); } catch (e) { return ""; } }
  function remember(name) { try { localStorage.setItem(KEY + ":last", name); } catch (e) { /* none */ } }

  // --- moving about
  function move(to, focus) {
    here = Math.max(0, Math.min(questions.length - 1, to));
    questions.forEach(function (q, i) { q.classList.toggle("exam-here", i === here); });
    var group = questions[here].closest(".exam-case");
    all(".exam-case").forEach(function (c) { c.classList.toggle("exam-here-case", c === group); });
    numbers.forEach(function (n, i) { if (i === here) cells[n].setAttribute("aria-current", "true"); else cells[n].removeAttribute("aria-current"); });
    find("[data-prev]").disabled = here === 0;
    find("[data-next]").textContent = here === questions.length - 1 ? words.last : words.next;
    find("[data-here]").textContent = numbers[here] + "/" + numbers.length;
    try { history.replaceState(null, "", "#q" + numbers[here]); } catch (e) { /* none */ }
    if (!focus) return;
    // the questions of a case stand together under its material: only the first begins at the top
    if (group && questions[here - 1] && questions[here - 1].closest(".exam-case") === group) questions[here].scrollIntoView();
    else window.scrollTo(0, 0);
    questions[here].focus({ preventScroll: true });
  }
  function next() { if (here === questions.length - 1) handIn(); else move(here + 1, true); }
  function map(open) {
    show("[data-map]", open);
    find("[data-map-open]").setAttribute("aria-expanded", open ? "true" : "false");
    if (open) cells[numbers[here]].focus(); else find("[data-map-open]").focus();
  }
  function clock() {
    var left = Math.floor((known.deadline - now()) / 1000), box = find("[data-clock]");
    if (left <= 0) {
      box.textContent = "0:00:00";
      if (!over && !held) { over = true; all("input, select, textarea").forEach(function (i) { if (i.type !== "hidden") i.disabled = true; }); trouble(navigator.onLine === false ? words.overOffline : words.over); send(); }
      return;
    }
    var m = Math.floor(left / 60) % 60, s = left % 60;
    box.textContent = Math.floor(left / 3600) + ":" + (m < 10 ? "0" : "") + m + ":" + (s < 10 ? "0" : "") + s;
    if (left <= 300) box.classList.add("exam-soon");
    if (left <= moments[0]) {
      while (left <= moments[0]) moments.shift();
      say(words.left.replace("{n}", Math.ceil(left / 60)));
    }
  }

  // --- set up
  var grid = find("[data-grid]");
  numbers.forEach(function (n, i) {
    var b = document.createElement("button");
    b.type = "button"; b.textContent = n;
    b.addEventListener("click", function () { map(false); move(i, true); });
    grid.appendChild(b); cells[n] = b;
  });
  all("select[data-letter]").forEach(was);
  load();
  Object.keys(journal).forEach(function (n) { if (!cells[n] || (standing[n] || 0) >= journal[n].s) delete journal[n]; });
  numbers.forEach(function (n) { if (journal[n]) put(n, journal[n].a, journal[n].f); else paint(n); });
  find("[data-saved]").dataset.at = (find("[data-saved]").textContent.match(/\d\d:\d\d:\d\d/) || [""])[0];
  count();
  form.classList.add("exam-on");
  ["[data-prev]", "[data-next]", "[data-map-open]"].forEach(function (s) { show(s, true); });
  var wanted = numbers.indexOf(+(location.hash.match(/^#q(\d+)$/) || [])[1]);
  if (wanted < 0) wanted = numbers.findIndex(function (n) { return !given(n); });
  move(wanted < 0 ? 0 : wanted, false);

  function numberOf(field) { var m = field.name && field.name.match(/^[qf](\d+)(?:_[A-J])?$/); return m ? +m[1] : 0; }
  form.addEventListener("change", function (e) {
    var n = numberOf(e.target);
    if (!n) return;
    if (e.target.dataset.letter) swap(e.target);
    changed(n);
  });
  form.addEventListener("input", function (e) { if (writes(e.target) && numberOf(e.target)) changed(numberOf(e.target), 1200); });
  // a question of a case is the current one as soon as it is worked on
  form.addEventListener("focusin", function (e) {
    var q = e.target.closest("[data-q]"), at = q ? questions.indexOf(q) : -1;
    if (at >= 0 && at !== here && q.closest(".exam-case")) move(at, false);
  });
  function writes(field) { return field.tagName === "TEXTAREA" || field.tagName === "SELECT" || (field.tagName === "INPUT" && field.type === "text"); }
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  form.addEventListener("click", function (e) {
    var t = e.target.closest("button");
    if (!t) return;
    if (t.hasAttribute("data-prev")) move(here - 1, true);
    else if (t.hasAttribute("data-next")) next();
    else if (t.hasAttribute("data-map-open")) map(find("[data-map]").hidden);
    else if (t.hasAttribute("data-map-close")) map(false);
    else if (t.hasAttribute("data-hand-in")) handIn();
    else if (t.hasAttribute("data-insist")) claim(true).catch(function () { offline(true); });
    else if (t.hasAttribute("data-clear")) { var n = numbers[here]; put(n, "", flagged(n)); changed(n); }
  });
  document.addEventListener("keydown", function (e) {
    if (e.altKey || e.ctrlKey || e.metaKey || held || over || e.isComposing || writes(e.target)) return;
    var open = !find("[data-map]").hidden, n = numbers[here];
    if (e.key === "Escape" && open) return map(false);
    if (open) return;
    if (e.key === "ArrowLeft") { e.preventDefault(); return move(here - 1, true); }
    if (e.key === "ArrowRight") { e.preventDefault(); return here < questions.length - 1 && move(here + 1, true); }
    if (e.key === "m" || e.key === "M") { e.preventDefault(); return map(true); }
    if (e.key === "f" || e.key === "F") { var f = find('input[name="f' + n + '"]'); f.checked = !f.checked; return changed(n); }
    var digit = "12345678".indexOf(e.key), letter = "abcdefgh".indexOf(e.key.toLowerCase()), at = e.key.length === 1 ? Math.max(digit, letter) : -1;
    var input = at >= 0 ? all(".opt input", questions[here])[at] : null;
    if (input) { e.preventDefault(); input.checked = input.type === "radio" ? true : !input.checked; changed(n); }
  });
  window.addEventListener("online", function () { retry = 1000; if (ready) send(); });
  window.addEventListener("offline", function () { offline(true); status(); });
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) { leftAt = Date.now(); send(); return; }
    send();
    var away = Math.round((Date.now() - leftAt) / 1000);
    if (leftAt && away >= 5 && !held && !closed) { var d = new FormData(); d.append("window", win); d.append("seconds", away); post(form.dataset.trace, d).catch(function () { /* a note, not an answer */ }); }
  });
  window.addEventListener("beforeunload", function (e) { if (!storageWorks && Object.keys(journal).length) { e.preventDefault(); e.returnValue = ""; } });
  setInterval(clock, 500); clock();
  setInterval(pulse, 1000);
  setInterval(function () { if (Object.keys(journal).length && !sending) send(); }, 20000);
  recall().then(function () { return claim(false); }).catch(reclaim);
})();
