// A signed sheet entered back: code, Enter, the next one. Codes are sent one after the other in their order, typing goes on meanwhile.
// Without this script each row is sent by itself and the page comes back with its answer.
(function () {
  "use strict";
  var form = document.querySelector("[data-sheet]");
  if (!form || !window.fetch) return;
  var box = form.querySelector("[name=code]"), csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
  var said = document.querySelector("[data-sheet-said]"), count = document.querySelector("[data-sheet-count]");
  var list = document.querySelector("[data-sheet-list]"), queue = [], busy = false, last = [];

  function post(fields) {
    var body = new URLSearchParams(fields);
    return fetch(location.href, {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { "X-CSRFToken": csrf, Accept: "application/json" }, body: body
    }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
  }
  function say(text, good) {
    said.textContent = text;
    said.className = "sheet-said " + (good ? "is-good" : "is-bad");
  }
  function show(answer) {
    var item = document.createElement("li"), name = document.createElement("span"), button = document.createElement("button");
    item.className = "spread";
    name.textContent = answer.name;
    button.type = "button";
    button.className = "btn btn-s";
    button.textContent = list.getAttribute("data-undo");
    button.addEventListener("click", function () { add({ undo: answer.enrolment }); box.focus(); });
    item.setAttribute("data-enrolment", answer.enrolment);
    item.appendChild(name);
    item.appendChild(button);
    list.insertBefore(item, list.firstChild);
    while (list.children.length > 12) list.removeChild(list.lastChild);
  }
  function add(fields) { queue.push(fields); next(); }
  function next() {
    if (busy || !queue.length) return;
    busy = true;
    var fields = queue[0];
    post(fields).then(function (answer) {
      queue.shift();
      busy = false;
      say((fields.code ? fields.code + "  " : "") + answer.text, answer.ok);
      if (answer.count !== undefined) count.textContent = answer.count;
      if (answer.ok && answer.enrolment && !answer.again) { last.push(answer.enrolment); show(answer); }
      if (answer.undone) {
        last = last.filter(function (one) { return one !== answer.undone; });
        Array.prototype.slice.call(list.querySelectorAll("[data-enrolment='" + answer.undone + "']")).forEach(function (item) { list.removeChild(item); });
      }
      next();
    }, function () {
      busy = false;
      say("…", false);
      setTimeout(next, 2000);
    });
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var code = box.value.trim();
    box.value = "";
    box.focus();
    if (code) add({ code: code });
  });
  document.addEventListener("keydown", function (event) {
    if (!event.ctrlKey || event.key !== "z" || box.value || !last.length) return;
    event.preventDefault();
    add({ undo: last[last.length - 1] });
  });
  if (window.courseScan) {
    var seen = "";
    window.courseScan(form.querySelector("[data-scan]"), document.querySelector("[data-scan-video]"), function (text) {
      if (text !== seen) { seen = text; add({ code: text }); }
      return false;
    });
  }
})();
