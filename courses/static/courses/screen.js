// The sign-in screen: fetches the next digits when the old ones run out. Without script the page reloads itself.
(function () {
  "use strict";
  var node = document.querySelector("[data-screen]");
  if (!node || !window.fetch) return;
  var code = node.querySelector("[data-screen-code]"), qr = node.querySelector("[data-screen-qr]"), present = node.querySelector("[data-screen-present]");
  var full = node.querySelector("[data-screen-full]");
  if (full && node.requestFullscreen) {
    full.hidden = false;
    full.addEventListener("click", function () { node.requestFullscreen(); });
  }
  function show(found) {
    if (!found.open) { location.reload(); return; }
    if (code) code.textContent = found.digits;
    if (qr) qr.innerHTML = found.qr;
    if (present) present.textContent = found.present;
    setTimeout(next, Math.max(1, Math.min(found.seconds, 10)) * 1000);
  }
  function next() {
    fetch(node.getAttribute("data-screen"), { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); }).then(show, function () { setTimeout(next, 3000); });
  }
  if (code) setTimeout(next, Math.min(parseInt(node.getAttribute("data-seconds"), 10) || 10, 10) * 1000);
})();
