// What this device keeps, by its titles: the newest first. Without network only these can be opened.
(function () {
  "use strict";
  var list = document.querySelector("[data-kept]");
  // a phone calls itself online as soon as it sees any network: the page is opened once the server answers
  window.addEventListener("online", function () {
    if (document.querySelector('[data-asked="page"]')) fetch("/health/", { cache: "no-store" }).then(function () { location.reload(); }, function () { /* not yet */ });
  });
  if (!list || !window.caches) return;
  caches.open("pages").then(function (pages) {
    return pages.keys().then(function (all) {
      return Promise.all(all.reverse().map(function (request) {
        return pages.match(request).then(function (answer) {
          if (!answer || Number(answer.headers.get("X-Kept-Until")) < Date.now()) return null;
          return answer.text().then(function (html) {
            return [request.url, new DOMParser().parseFromString(html, "text/html").title.split(" · ")[0]];
          });
        });
      }));
    });
  }).then(function (found) {
    var rows = document.createElement("ul");
    rows.className = "rows";
    found.filter(Boolean).forEach(function (page) {
      var item = document.createElement("li"), link = document.createElement("a");
      link.href = page[0];
      link.textContent = page[1];
      item.appendChild(link);
      rows.appendChild(item);
    });
    list.hidden = !rows.children.length;
    list.querySelector("h2").insertAdjacentElement("afterend", rows);
  });
})();
