// A button that opens the browser's print dialogue; without script one prints from the menu.
(function () {
  "use strict";
  var button = document.querySelector("[data-print]");
  if (button) button.addEventListener("click", function () { window.print(); });
})();
