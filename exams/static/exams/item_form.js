// The item form: the preview follows what is written. Without it, saving shows the same on the item's page.
(function () {
  "use strict";
  var form = document.getElementById("item-form"), box = document.getElementById("item-preview"), timer = 0, turn = 0;
  if (!form || !box || !window.fetch) return;
  var framed = box.tagName === "IFRAME";
  function show(html) { if (framed) box.srcdoc = html; else box.innerHTML = html; }
  function preview() {
    var mine = ++turn;
    fetch(form.dataset.preview, { method: "POST", body: new FormData(form), credentials: "same-origin" })
      .then(function (r) { return r.ok ? r.text() : null; })
      .then(function (html) { if (html !== null && mine === turn) show(html); })
      .catch(function () { /* the form itself still works */ });
  }
  function parts() {
    var kind = form.elements.kind.value;
    Array.prototype.forEach.call(form.querySelectorAll("[data-kinds]"), function (part) { part.hidden = part.dataset.kinds.split(" ").indexOf(kind) < 0; });
  }
  form.elements.kind.addEventListener("change", parts);
  parts();
  function grow(area) { area.style.height = "auto"; area.style.height = area.scrollHeight + 2 + "px"; }
  var areas = form.querySelectorAll(".exam-option-row textarea, .exam-pair-row textarea, .exam-point-row textarea");
  Array.prototype.forEach.call(areas, function (area) { grow(area); area.addEventListener("input", function () { grow(area); }); });
  form.addEventListener("change", preview);
  if (framed) preview();
  Array.prototype.forEach.call(document.querySelectorAll("[data-width]"), function (button, at, all) {
    button.addEventListener("click", function () {
      Array.prototype.forEach.call(all, function (other) { other.setAttribute("aria-pressed", other === button ? "true" : "false"); });
      box.classList.toggle("exam-broad", button.dataset.width === "0");
    });
  });
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(preview, 350); });
})();
