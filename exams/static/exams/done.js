// The attempt is handed in: what this device kept of it is no longer needed.
(function () {
  "use strict";
  var id = document.currentScript && document.currentScript.dataset.attempt;
  if (!id) return;
  window.keptOnDisk("exam", "attempts").drop(id);
  if (window.caches) caches.open("pages").then(function (pages) { pages.delete(location.pathname.split(id)[0] + id + "/"); });
  try { ["", ":alive", ":last"].forEach(function (part) { localStorage.removeItem("exam:" + id + part); }); } catch (e) { /* none */ }
})();
