// Small comforts; every page works without them.
(function () {
  "use strict";
  var doc = document;
  doc.documentElement.classList.add("js");

  // a menu closes when one clicks elsewhere or presses Escape
  function closeMenus(except) {
    doc.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  doc.addEventListener("click", function (event) {
    closeMenus(event.target.closest ? event.target.closest("details.menu") : null);
  });
  doc.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = doc.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else if (location.hash === "#office-nav") {
      location.hash = "#main";
    }
  });

  // a second click on a button that changes something does nothing
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("data-again")) return;
    if (form.hasAttribute("data-sent")) {
      event.preventDefault();
      return;
    }
    form.setAttribute("data-sent", "");
    setTimeout(function () { form.removeAttribute("data-sent"); }, 8000);
  });
  window.addEventListener("pageshow", function () {
    doc.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
  });

  // what cannot be undone is asked once more: <form data-confirm="…"> or <button data-confirm="…">
  doc.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[data-confirm], a[data-confirm]") : null;
    if (button && !window.confirm(button.getAttribute("data-confirm"))) event.preventDefault();
  });

  // filters that act at once
  doc.addEventListener("change", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-auto-submit")) form.submit();
  });

  // widths given as data: bars of a funnel, heat of a cell
  doc.querySelectorAll("[data-percent]").forEach(function (node) {
    node.style.width = Math.max(0, Math.min(100, parseFloat(node.getAttribute("data-percent")) || 0)) + "%";
  });

  // pages that may be read again without network are kept by a worker (templates/cms/worker.js). On a page that is to be kept itself
  // (data-keep) the first visit of all is made good: it went by before the worker was there. Pages that will be wanted where there
  // may be no network (data-also) are fetched ahead, once.
  var wanted = doc.getElementById("keep"), workers = navigator.serviceWorker;
  if (wanted && workers) window.addEventListener("load", function () {
    var ahead = (wanted.getAttribute("data-also") || "").split(" ").filter(Boolean);
    if (!workers.controller && wanted.hasAttribute("data-keep")) ahead.push(location.pathname);
    workers.register(wanted.getAttribute("data-worker"), { scope: "/", updateViaCache: "all" }).then(function () {
      return workers.ready;
    }).then(function (ready) {
      ahead.forEach(function (path) { ready.active.postMessage({ keep: path }); });
    }).catch(function () { /* a browser that keeps nothing: the site works as before */ });
  });

  var alert = doc.querySelector(".notice[role=alert][tabindex]");
  if (alert) alert.focus();
})();
