// Folds the rows below each row of a table away until they are asked for. Without script they are all shown.
(function () {
  "use strict";
  document.querySelectorAll(".tree-open").forEach(function (button) {
    var below = document.getElementById(button.getAttribute("aria-controls"));
    function show(open) {
      below.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    }
    button.addEventListener("click", function () { show(below.hidden); });
    show(false);
  });
})();
