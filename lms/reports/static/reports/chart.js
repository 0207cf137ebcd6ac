// Draws the numbers of the table beneath it. Without script the table alone is shown.
(function () {
  "use strict";
  var box = document.getElementById("report-chart");
  if (!box || !window.echarts) { return; }
  var source = document.getElementById(box.getAttribute("data-source"));
  var shown = JSON.parse(source.textContent);
  var any = shown.series.some(function (s) { return s.values.some(function (v) { return v > 0; }); });
  if (!any || shown.names.length < 2) { return; }
  box.hidden = false;
  var style = getComputedStyle(document.documentElement);
  function token(name, fallback) { return style.getPropertyValue(name).trim() || fallback; }
  // on a phone names stand beside lying bars, a row each, so that every one can be read; what is zero throughout is left out
  var lying = box.clientWidth < 560 && shown.names.length > 4;
  if (lying) {
    var kept = shown.names.map(function (_name, n) { return n; }).filter(function (n) { return shown.series.some(function (s) { return s.values[n] > 0; }); });
    shown.names = kept.map(function (n) { return shown.names[n]; });
    shown.series.forEach(function (s) { s.values = kept.map(function (n) { return s.values[n]; }); });
    box.style.height = 56 + 44 * kept.length + "px";
  }
  var many = shown.names.length > 8;
  var chart = window.echarts.init(box, null, { renderer: "svg" });
  var names = { type: "category", data: shown.names, inverse: lying, axisTick: { show: false }, axisLabel: { interval: 0, rotate: many && !lying ? 35 : 0, fontSize: 12, hideOverlap: !lying, width: lying ? 110 : undefined, overflow: lying ? "break" : "none" } };
  var numbers = { type: "value", minInterval: 1, splitNumber: lying ? 3 : 5, axisLabel: { hideOverlap: true }, splitLine: { lineStyle: { color: token("--line", "#dfe5e4") } } };
  chart.setOption({
    animation: false,
    color: [token("--accent", "#0b5c61"), "#c08a2b"],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: lying ? 24 : 8, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true },
    xAxis: lying ? numbers : names,
    yAxis: lying ? names : numbers,
    series: shown.series.map(function (s) { return { name: s.name, type: "bar", barMaxWidth: lying ? 14 : 28, data: s.values }; })
  });
  window.addEventListener("resize", function () { chart.resize(); });
})();
