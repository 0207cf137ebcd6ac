// The invigilator's table, asked for again every ten seconds while the page is seen. Without script one reloads.
(function () {
  "use strict";
  var box = document.querySelector("[data-watch]");
  if (!box || !window.fetch) return;
  function ask() {
    // nobody is interrupted: not while a field or button in the table has the focus
    if (document.hidden || box.contains(document.activeElement)) return;
    fetch(box.dataset.watch, { credentials: "same-origin", headers: { "Accept": "text/html" }, redirect: "manual" }).then(function (response) {
      if (!response.ok) return;
      return response.text().then(function (text) { box.innerHTML = text; });
    }).catch(function () { /* the next one may get through */ });
  }
  setInterval(ask, 10000);
})();
