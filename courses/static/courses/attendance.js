// Attendance by keyboard: arrows move from person to person; a typed number ticks the box.
(function () {
  "use strict";
  var form = document.querySelector("[data-attendance]");
  if (!form) return;
  function column(kind) { return Array.prototype.slice.call(form.querySelectorAll(kind)); }
  form.addEventListener("keydown", function (event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && !(event.key === "Enter" && event.target.matches("input.minutes"))) return;
    var kind = event.target.matches("input.minutes") ? "input.minutes" : event.target.matches("input[type=checkbox]") ? "input[type=checkbox]" : "";
    if (!kind) return;
    event.preventDefault();
    var all = column(kind), next = all[all.indexOf(event.target) + (event.key === "ArrowUp" ? -1 : 1)];
    if (next) { next.focus(); if (next.select) next.select(); }
  });
  form.addEventListener("input", function (event) {
    if (!event.target.matches("input.minutes")) return;
    var box = event.target.closest("tr").querySelector("input[type=checkbox]");
    box.checked = event.target.value.trim() !== "" && event.target.value.trim() !== "0";
  });
})();
