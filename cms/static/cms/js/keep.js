// Pages of this site that may be read again without network are kept by a worker (templates/cms/worker.js). On a page that is
// to be kept itself (data-keep) the first visit of all is made good: it went by before the worker was there. Pages that will be
// wanted where there may be no network (data-also) are fetched ahead, once.
(function () {
  "use strict";
  var script = document.currentScript, workers = navigator.serviceWorker;
  if (!workers || !script) return;
  window.addEventListener("load", function () {
    var early = !workers.controller;
    workers.register(script.getAttribute("data-worker"), { scope: "/", updateViaCache: "all" }).then(function () {
      return workers.ready;
    }).then(function (ready) {
      if (early && script.hasAttribute("data-keep")) ready.active.postMessage({ keep: location.pathname });
      (script.getAttribute("data-also") || "").split(" ").filter(Boolean).forEach(function (path) {
        ready.active.postMessage({ keep: path });
      });
    }).catch(function () { /* a browser that keeps nothing: the site works as before */ });
  });
})();
