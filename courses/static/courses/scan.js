// A square code read by the phone's camera, where the browser can (BarcodeDetector); elsewhere the button stays hidden.
// window.courseScan(button, video, found): found(text) returns true to stop.
(function () {
  "use strict";
  window.courseScan = function (button, video, found) {
    if (!button || !video || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
    var stream = null, timer = 0, detector;
    try { detector = new window.BarcodeDetector({ formats: ["qr_code"] }); } catch (error) { return; }
    button.hidden = false;
    function stop() {
      clearTimeout(timer);
      if (stream) stream.getTracks().forEach(function (track) { track.stop(); });
      stream = null;
      video.hidden = true;
    }
    function look() {
      if (!stream) return;
      detector.detect(video).then(function (codes) {
        for (var i = 0; i < codes.length; i += 1) if (found(codes[i].rawValue)) { stop(); return; }
        timer = setTimeout(look, 150);
      }, function () { timer = setTimeout(look, 400); });
    }
    button.addEventListener("click", function () {
      if (stream) { stop(); return; }
      navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (given) {
        stream = given;
        video.srcObject = given;
        video.hidden = false;
        video.play();
        look();
      }, function () { button.hidden = true; });
    });
    window.addEventListener("pagehide", stop);
  };
})();
