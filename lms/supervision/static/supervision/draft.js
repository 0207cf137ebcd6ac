/* Keeps an unsaved record on this device while the network is away, and offers it again. The page works without it. */
(function () {
  "use strict";
  var me = document.currentScript, prefix = "supervision-draft:";
  function store(run) { try { return run(window.localStorage); } catch (e) { return null; } }
  var clear = me.getAttribute("data-clear");
  if (clear) { clear.split(" ").forEach(function (name) { store(function (s) { s.removeItem(prefix + name); }); }); return; }
  var form = document.querySelector("form[data-draft]");
  if (!form) { return; }
  var key = prefix + form.getAttribute("data-draft"), said = form.querySelector("[data-draft-said]"), wait = null;
  function values() {
    var kept = [];
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!field.name || field.name === "csrfmiddlewaretoken" || field.type === "submit") { return; }
      if ((field.type === "checkbox" || field.type === "radio") && !field.checked) { return; }
      kept.push([field.name, field.value]);
    });
    return kept;
  }
  function fill(kept) {
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!field.name || field.name === "csrfmiddlewaretoken" || field.type === "submit") { return; }
      var mine = kept.filter(function (pair) { return pair[0] === field.name; }).map(function (pair) { return pair[1]; });
      if (field.type === "checkbox" || field.type === "radio") { field.checked = mine.indexOf(field.value) >= 0; }
      else if (mine.length) { field.value = mine[0]; }
    });
  }
  var found = document.querySelector("[data-draft-found]"), old = store(function (s) { return s.getItem(key); });
  if (old && found && !form.querySelector(".error")) {
    found.hidden = false;
    found.querySelector("[data-draft-restore]").addEventListener("click", function () { fill(JSON.parse(old)); found.hidden = true; });
    found.querySelector("[data-draft-drop]").addEventListener("click", function () { store(function (s) { s.removeItem(key); }); found.hidden = true; });
  }
  form.addEventListener("input", function () {
    window.clearTimeout(wait);
    wait = window.setTimeout(function () {
      store(function (s) { s.setItem(key, JSON.stringify(values())); });
      if (said) { said.textContent = me.getAttribute("data-saved") || ""; }
    }, 600);
  });
})();
